namespace MLNet.Flows.Tool.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's; VARCHAR of text files, whose cells are read as they stand.</param>
internal sealed record TableColumn(string Name, string Type)
{
    public bool IsText => Type == "VARCHAR" || Type.StartsWith("ENUM", StringComparison.Ordinal) || Type is "UUID" or "JSON";
}
