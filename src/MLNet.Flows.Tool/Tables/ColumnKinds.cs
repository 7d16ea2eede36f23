using System.Globalization;

namespace MLNet.Flows.Tool.Tables;

/// <summary>Finds out what the columns of a table are.</summary>
internal static class ColumnKinds
{
    // Later rows are held to what these say.
    private const long RowsLookedAt = 1_000_000;

    // A column of which so large a share are numbers is one of numbers, and the rest is a fault.
    private const double MostlyNumbers = 0.9;

    private static readonly string[] Numbers =
    [
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
        "FLOAT", "DOUBLE",
    ];

    /// <returns>The kinds of those columns.</returns>
    /// <exception cref="InputException">There is no row, or a column of numbers holds something else too.</exception>
    public static IReadOnlyDictionary<string, ColumnKind> Find(Table table, IReadOnlyList<TableColumn> columns)
    {
        object?[] found = table.Aggregate(["count(*)", .. columns.SelectMany(column => Counts(column, table))], RowsLookedAt);
        if (Count(found[0]) == 0)
            throw new InputException($"{table.Name} has no rows, only names. Give a file with rows.");
        int each = (found.Length - 1) / Math.Max(1, columns.Count);
        return columns.Select((column, i) => (column.Name, Kind: Kind(table, column, found.AsSpan(1 + i * each, each))))
            .ToDictionary(pair => pair.Name, pair => pair.Kind);
    }

    // Values that are there, numbers, numbers with a decimal comma, times, and one that is no number.
    private static string[] Counts(TableColumn column, Table table)
    {
        string text = Sql.Verbatim(column);
        if (column.Type is "FLOAT" or "DOUBLE")
            return [$"count_if(NOT isnan({Sql.Name(column.Name)}))", "0", "0", "0", "NULL"];
        if (!column.IsText)
            return [$"count({Sql.Name(column.Name)})", "0", "0", "0", "NULL"];
        string there = $"({text} IS NOT NULL AND NOT {Sql.IsMissing(text)})";
        string number = $"(TRY_CAST({Sql.Point(text, table.DecimalComma)} AS DOUBLE) IS NOT NULL)";
        string isTime = $"(TRY_CAST({text} AS TIMESTAMP) IS NOT NULL OR TRY_CAST({text} AS TIME) IS NOT NULL)";
        return
        [
            $"count_if({there})",
            $"count_if({there} AND {number})",
            $"count_if(CASE WHEN {number} THEN false ELSE regexp_full_match(trim({text}), '[-+]?[0-9]+,[0-9]+') END)",
            // A cast that fails is slow: only what is no number and begins as a time does is tried.
            $"count_if(CASE WHEN {number} OR NOT regexp_matches({text}, '^ *[-+]?[0-9]') THEN false ELSE {isTime} END)",
            $"any_value({text}) FILTER ({there} AND NOT {number})",
        ];
    }

    private static ColumnKind Kind(Table table, TableColumn column, ReadOnlySpan<object?> counts)
    {
        long there = Count(counts[0]);
        if (there == 0)
            return ColumnKind.Empty;
        if (!column.IsText)
            return KindOf(column.Type);
        long numbers = Count(counts[1]);
        if (numbers == there)
            return ColumnKind.Number;
        if (Count(counts[2]) + numbers == there)
        {
            throw new InputException(
                $"Column '{column.Name}' of {table.Name} holds '{counts[4]}', a number with a decimal comma. Pass "
                + "--decimal-comma.");
        }

        if (numbers >= MostlyNumbers * there)
        {
            throw new InputException(
                $"Column '{column.Name}' of {table.Name} holds numbers and {there - numbers:N0} "
                + $"other {(there - numbers == 1 ? "value" : "values")}, such as '{counts[4]}'. Correct them, or pass "
                + $"--ignore {column.Name}, or --category {column.Name} if it is a code.");
        }

        return Count(counts[3]) == there ? ColumnKind.Time : ColumnKind.Category;
    }

    private static ColumnKind KindOf(string type) => type switch
    {
        _ when Numbers.Contains(type) || type.StartsWith("DECIMAL", StringComparison.Ordinal) => ColumnKind.Number,
        "BOOLEAN" => ColumnKind.Category,
        _ when type.EndsWith(']') => ColumnKind.Other,
        _ when type.StartsWith("TIME", StringComparison.Ordinal) || type is "DATE" or "INTERVAL" => ColumnKind.Time,
        _ => ColumnKind.Other,
    };

    private static long Count(object? value) => Convert.ToInt64(value?.ToString(), CultureInfo.InvariantCulture);
}
