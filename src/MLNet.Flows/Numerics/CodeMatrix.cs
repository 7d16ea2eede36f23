namespace MLNet.Flows.Numerics;

/// <summary>A growing matrix [n, columns] of the codes of categories, row-major, in chunks, as <see cref="FeatureMatrix"/> is of
/// features.</summary>
internal sealed class CodeMatrix(int columns)
{
    private const int RowShift = 14;
    private readonly List<int[]> _chunks = [];

    public int Columns { get; } = columns;

    public int RowCount { get; private set; }

    /// <summary>The row's codes, to read or to overwrite.</summary>
    public Span<int> Row(int row) => _chunks[row >> RowShift].AsSpan((row & ((1 << RowShift) - 1)) * Columns, Columns);

    /// <summary>Adds a row of zeros and returns it to be filled.</summary>
    public Span<int> AddRow()
    {
        if (RowCount >> RowShift == _chunks.Count)
            _chunks.Add(new int[Columns << RowShift]);
        return Row(RowCount++);
    }
}
