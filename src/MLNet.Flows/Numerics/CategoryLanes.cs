namespace MLNet.Flows.Numerics;

/// <summary>The codes of a block's categories, row after row, as each is looked up by itself.</summary>
/// <param name="columns">Categorical columns.</param>
internal sealed class CategoryLanes(int columns)
{
    public int Columns { get; } = columns;

    /// <summary>[64, columns].</summary>
    public int[] Codes { get; } = new int[columns * RowBlock.Rows];

    /// <summary>Where the block's points stand on the way from one row's categories to another's; null where they have their
    /// own.</summary>
    public CategoryPath? Path { get; set; }

    /// <summary>The codes of one lane.</summary>
    public Span<int> Row(int lane) => Codes.AsSpan(lane * Columns, Columns);

    /// <summary>Takes the codes of the first rows; lanes beyond them are missing.</summary>
    /// <param name="codes">[n, columns].</param>
    public void Load(ReadOnlySpan<int> codes)
    {
        codes.CopyTo(Codes);
        Codes.AsSpan(codes.Length).Clear();
    }

    /// <summary>Takes the codes of the rows that <paramref name="rows"/> names.</summary>
    public void Load(CodeMatrix codes, ReadOnlySpan<int> rows)
    {
        for (int r = 0; r < rows.Length; r++)
            codes.Row(rows[r]).CopyTo(Row(r));
        Codes.AsSpan(rows.Length * Columns).Clear();
    }
}
