using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>Which columns of a table a flow is trained on, and as what.</summary>
/// <param name="Features">Numbers of the density.</param>
/// <param name="Categories">Categories of the density.</param>
/// <param name="ContextNumbers">Numbers that rows are judged given.</param>
/// <param name="ContextCategories">Categories that rows are judged given.</param>
internal sealed record ColumnRoles(
    IReadOnlyList<TableColumn> Features,
    IReadOnlyList<TableColumn> Categories,
    IReadOnlyList<TableColumn> ContextNumbers,
    IReadOnlyList<TableColumn> ContextCategories)
{
    /// <summary>Every column is a feature or a category, by what it holds, but for those named otherwise.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="label">Left out; null for none.</param>
    /// <param name="ignored">Left out.</param>
    /// <param name="categories">Categories although they look like numbers.</param>
    /// <param name="context">What rows are judged given.</param>
    /// <exception cref="InputException">A column is missing, named twice, or of a kind that a flow cannot take, or none is
    /// left.</exception>
    public static ColumnRoles Find(
        Table table,
        string? label,
        IReadOnlyList<string> ignored,
        IReadOnlyList<string> categories,
        IReadOnlyList<string> context)
    {
        (string Name, string Role)[] named =
        [
            .. label is null ? [] : new[] { (label, "--label") },
            .. ignored.Select(name => (name, "--ignore")),
            .. categories.Select(name => (name, "--category")),
            .. context.Select(name => (name, "--context")),
        ];
        foreach ((string name, string role) in named)
            table.Find(name, role);
        // A category may be a context too.
        if (named.GroupBy(each => each.Name).FirstOrDefault(
            same => same.Count() > 1 && !same.All(each => each.Role is "--category" or "--context")) is { } twice)
        {
            throw new InputException(
                $"Column '{twice.Key}' is given to {string.Join(" and ", twice.Select(each => each.Role))}. Choose one.");
        }

        TableColumn[] used = [.. table.Columns.Where(column => column.Name != label && !ignored.Contains(column.Name))];
        IReadOnlyDictionary<string, ColumnKind> kinds = ColumnKinds.Find(
            table, [.. used.Where(column => !categories.Contains(column.Name))]);
        ColumnKind KindOf(TableColumn column) => kinds.GetValueOrDefault(column.Name, ColumnKind.Category);
        foreach (TableColumn column in used)
            RequireUsable(table, column, KindOf(column));
        ILookup<(bool, bool), TableColumn> roles = used.ToLookup(
            column => (context.Contains(column.Name), KindOf(column) == ColumnKind.Number));
        if (roles[(false, false)].FirstOrDefault(column => ScoredTable.Added.Contains(column.Name)) is { } added)
        {
            throw new InputException(
                $"Column '{added.Name}' of {table.Name} has the name of one that scoring adds. Give the file before it was "
                + $"scored, or pass --ignore {added.Name}.");
        }

        return roles[(false, true)].Any() || roles[(false, false)].Any()
            ? new ColumnRoles(
                [.. roles[(false, true)]], [.. roles[(false, false)]], [.. roles[(true, true)]], [.. roles[(true, false)]])
            : throw new InputException($"No column of {table.Name} is left to train on. Name fewer in --ignore and --context.");
    }

    private static void RequireUsable(Table table, TableColumn column, ColumnKind kind)
    {
        string? fault = kind switch
        {
            ColumnKind.Time => "holds dates or times, which go on and on and never come back. Give what matters of them, such as "
                + "the hour, as columns of their own, and",
            ColumnKind.Empty => "is empty. Leave it out: ",
            ColumnKind.Other => $"is {column.Type}, which is neither a number nor a category. Leave it out: ",
            _ => null,
        };
        if (fault is not null)
            throw new InputException($"Column '{column.Name}' of {table.Name} {fault.TrimEnd()} pass --ignore {column.Name}.");
    }
}
