namespace MLNet.Flows.Tool.Tables;

/// <summary>What the cells of a column are.</summary>
internal enum ColumnKind
{
    Number,

    /// <summary>Text, or true and false.</summary>
    Category,

    /// <summary>A date or a time.</summary>
    Time,

    /// <summary>Nothing but missing values.</summary>
    Empty,

    /// <summary>Lists, structures, blobs.</summary>
    Other,
}
