using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>Reads labels: which rows are anomalies.</summary>
internal static class LabelColumn
{
    private const int MostValues = 20;
    private static readonly string[] Anomalies = ["1", "1.0", "true"];
    private static readonly string[] Normals = ["0", "0.0", "false"];

    /// <summary>The expression that is 1 for an anomaly, 0 for a normal row and NULL without a label.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="name">The label's column.</param>
    /// <param name="anomalies">The values that mean an anomaly; empty for 1 and true.</param>
    /// <exception cref="InputException">There is no such column, or it is no label.</exception>
    public static string Cell(Table table, string name, IReadOnlyList<string> anomalies)
    {
        TableColumn column = table.Find(name, "--label");
        string value = Sql.Category(column);
        IReadOnlyList<(string? Value, long Count)> found = table.Values(value, MostValues + 1);
        string[] values = [.. found.Select(each => each.Value).OfType<string>()];
        if (values.Length == 0)
            throw new InputException($"Column '{name}' of {table.Name} holds no label. Give a column of 0 and 1.");
        if (anomalies.Count > 0)
        {
            // Beyond those listed there may be more.
            if (found.Count <= MostValues && anomalies.FirstOrDefault(each => !values.Contains(each)) is { } missing)
            {
                throw new InputException(
                    $"Column '{name}' of {table.Name} never holds '{missing}'. Its values are {Table.NameList(values)}.");
            }

        }
        else if (values.Except(Anomalies).Except(Normals).ToArray() is { Length: > 0 } others)
        {
            throw new InputException(
                $"Column '{name}' of {table.Name} is no label of 0 and 1, or false and true: it holds {Table.NameList(others)}. "
                + "Give another column, or say which value means an anomaly by --anomaly VALUE.");
        }

        IReadOnlyList<string> meant = anomalies.Count > 0 ? anomalies : Anomalies;
        return found.Count > MostValues || !values.All(meant.Contains)
            ? Cell(value, meant)
            : throw new InputException(
                $"Column '{name}' of {table.Name} holds anomalies alone ({Table.NameList(values)}), but evaluation needs normal "
                + "rows too. Give these a label, such as 0; an empty cell is no label.");
    }

    private static string Cell(string value, IEnumerable<string> anomalies) =>
        $"CASE WHEN {value} IS NULL THEN NULL WHEN {value} IN ({string.Join(", ", anomalies.Select(Sql.Text))}) "
        + "THEN CAST(1 AS DOUBLE) ELSE CAST(0 AS DOUBLE) END";
}
