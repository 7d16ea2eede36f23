using System.Globalization;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>Which columns keep rows out of training, because a number is missing or infinite.</summary>
/// <param name="Rows">Rows looked at.</param>
/// <param name="Whole">Those without a gap.</param>
/// <param name="Columns">Columns with gaps and how many, the most first.</param>
/// <param name="Filled">Whether missing numbers are replaced, so that infinite ones alone are gaps.</param>
internal sealed record Gaps(long Rows, long Whole, IReadOnlyList<(string Name, long Count)> Columns, bool Filled)
{
    // Whoever mends gaps needs no more to see where they are.
    private const long RowsLookedAt = 1_000_000;
    private const int MostColumns = 5;

    public static Gaps In(Table table, ColumnRoles roles, bool filled)
    {
        TableColumn[] numbers = [.. roles.Features, .. roles.ContextNumbers];
        string[] gaps = [.. numbers.Select(column => IsGap(Sql.Number(column, table.DecimalComma), filled))];
        object?[] counts = table.Aggregate(
            ["count(*)", $"count_if({string.Join(" OR ", gaps.Prepend("false"))})", .. gaps.Select(gap => $"count_if({gap})")],
            RowsLookedAt);
        long[] found = [.. counts.Select(count => Convert.ToInt64(count?.ToString(), CultureInfo.InvariantCulture))];
        return new Gaps(
            found[0],
            found[0] - found[1],
            [
                .. numbers.Select((column, i) => (column.Name, Count: found[i + 2])).Where(gap => gap.Count > 0)
                    .OrderByDescending(gap => gap.Count),
            ],
            filled);
    }

    /// <summary>Where they are and what to do, in one line.</summary>
    public string InOneLine()
    {
        string first = Rows == RowsLookedAt ? "the first " : "";
        string listed = string.Join(", ", Columns.Take(MostColumns).Select(
            gap => FormattableString.Invariant($"'{gap.Name}' in {gap.Count:N0}")));
        string more = Columns.Count > MostColumns ? $" and {Columns.Count - MostColumns} more columns" : "";
        return FormattableString.Invariant($"{Rows - Whole:N0} of {first}{Rows:N0} rows are left out, as ")
            + $"{(Filled ? "a number is infinite" : "a number is missing or infinite")}: {listed}{more}. "
            + (Filled ? "Correct them, or --ignore the column." : "Pass --fill-gaps, or --ignore a column that is mostly gaps.");
    }

    // Beyond Single's range a number is infinite to a flow; NaN is greater than all.
    private static string IsGap(string number, bool filled)
    {
        string there = FormattableString.Invariant($"abs({number}) <= {float.MaxValue}");
        return filled ? $"NOT coalesce({there} OR isnan({number}), true)" : $"NOT coalesce({there}, false)";
    }
}
