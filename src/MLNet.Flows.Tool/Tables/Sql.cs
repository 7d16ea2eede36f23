namespace MLNet.Flows.Tool.Tables;

/// <summary>The expressions that read a cell.</summary>
internal static class Sql
{
    /// <summary>What counts as missing beside an empty cell, in any case.</summary>
    public static readonly string[] MissingValues = ["", "na", "n/a", "nan", "null", "none", "?"];

    private static readonly string MissingList = string.Join(", ", MissingValues.Select(Text));

    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    public static string Text(string text) => $"'{text.Replace("'", "''")}'";

    /// <summary>A list of files, none of them a pattern: DuckDB takes * ? [ in a name for one.</summary>
    public static string Files(IEnumerable<string> paths) => $"[{string.Join(", ", paths.Select(path => Text(Plain(path))))}]";

    // Not IN: DuckDB makes a join of a long list, which is slow and forgets the rows' order.
    public static string IsMissing(string text) => $"list_contains([{MissingList}], lower(trim({text})))";

    /// <summary>The cell as text: NULL where there is none.</summary>
    public static string Verbatim(TableColumn column) =>
        column.Type == "VARCHAR" ? Name(column.Name) : $"CAST({Name(column.Name)} AS VARCHAR)";

    /// <summary>The cell as a category: text, true and false in small letters, NULL where missing.</summary>
    public static string Category(TableColumn column)
    {
        string text = Verbatim(column);
        return $"CASE WHEN {IsMissing(text)} THEN NULL WHEN lower({text}) IN ('true', 'false') THEN lower({text}) "
            + $"ELSE {text} END";
    }

    /// <summary>The cell as a number: NULL where missing, an error where it is something else.</summary>
    public static string Number(TableColumn column, bool decimalComma)
    {
        if (!column.IsText)
            return $"CAST({Name(column.Name)} AS DOUBLE)";
        string text = Verbatim(column);
        string remedy = decimalComma
            ? "Correct it, or leave the column out."
            : "Correct it, leave the column out, or pass --decimal-comma where numbers are written 1,5.";
        string before = Text($"Column '{column.Name}' holds '");
        string fault = $"{before} || {text} || {Text($"' where a number is expected. {remedy}")}";
        return $"COALESCE(TRY_CAST({Point(text, decimalComma)} AS DOUBLE), "
            + $"CASE WHEN {text} IS NULL OR {IsMissing(text)} THEN NULL ELSE CAST(error({fault}) AS DOUBLE) END)";
    }

    /// <summary>The text with a decimal point.</summary>
    public static string Point(string text, bool decimalComma) => decimalComma ? $"replace({text}, ',', '.')" : text;

    private static string Plain(string path) =>
        string.Concat(path.Select(each => each is '*' or '?' or '[' ? $"[{each}]" : each.ToString()));
}
