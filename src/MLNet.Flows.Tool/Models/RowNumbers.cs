using System.Globalization;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>Features that look like the rows' numbers: as features they make every later row strange.</summary>
internal static class RowNumbers
{
    private const long RowsLookedAt = 1_000_000;

    // Of a few rows any count of something may look so.
    private const long FewestRows = 100;

    /// <returns>A warning for each column that holds every whole number between two, each once.</returns>
    public static IEnumerable<string> Warnings(Table table, ColumnRoles roles)
    {
        (TableColumn Column, string Number)[] features =
            [.. roles.Features.Select(column => (column, Sql.Number(column, table.DecimalComma)))];
        object?[] found = table.Aggregate(
            ["count(*)", .. features.SelectMany(each => (string[])
                [$"count({each.Number})", $"min({each.Number})", $"max({each.Number})"])],
            RowsLookedAt);
        double rows = Value(found[0]);
        for (int i = 0; i < features.Length && rows >= FewestRows; i++)
        {
            double lowest = Value(found[2 + 3 * i]), highest = Value(found[3 + 3 * i]);
            if (Value(found[1 + 3 * i]) != rows || highest - lowest != rows - 1 || lowest != Math.Floor(lowest))
                continue;
            // Slower, and so for those alone that may be one.
            string number = features[i].Number, name = features[i].Column.Name;
            object?[] counts = table.Aggregate(
                [$"count(DISTINCT CASE WHEN {number} = floor({number}) THEN {number} END)"], RowsLookedAt);
            if (Value(counts[0]) == rows)
            {
                yield return $"Column '{name}' holds each number from {lowest:F0} to {highest:F0} once, as a row's number does. "
                    + $"It is no feature: rows with later numbers would all be strange. Pass --ignore {name}.";
            }
        }
    }

    private static double Value(object? found) =>
        found is null or DBNull ? double.NaN : Convert.ToDouble(found, CultureInfo.InvariantCulture);
}
