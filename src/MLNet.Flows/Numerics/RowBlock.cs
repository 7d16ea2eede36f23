namespace MLNet.Flows.Numerics;

/// <summary>Up to 64 rows laid out column by column (structure of arrays), so that a vector holds one column of many
/// rows.</summary>
/// <remarks>
/// Value (row r, column d) is at <c>Values[d * 64 + r]</c>. Columns [0, Dimension) are the point; bijections overwrite them in
/// place. Columns [Dimension, Dimension + ScratchColumns) follow in the same buffer and belong to whoever runs on the block.
/// What rows are given, the context, stands apart, in the same layout; bijections read it. So do their categories, which bases
/// read.
/// Lanes beyond Count hold zeros on loading and whatever the kernels make of them afterwards: results there are ignored.
/// </remarks>
internal sealed class RowBlock
{
    /// <summary>Rows in a block: four vectors of 16 lanes.</summary>
    public const int Rows = 64;

    private RowBlock? _inner;

    public RowBlock(
        int dimension, int scratchColumns = 0, SimdWidth? width = null, int contextColumns = 0, int categoryColumns = 0)
        : this(
            dimension,
            scratchColumns,
            width,
            new AlignedBuffer(contextColumns * Rows),
            categoryColumns == 0 ? null : new CategoryLanes(categoryColumns))
    {
    }

    private RowBlock(int dimension, int scratchColumns, SimdWidth? width, AlignedBuffer context, CategoryLanes? categories)
    {
        (Context, Categories) = (context, categories);
        Dimension = dimension;
        ScratchColumns = scratchColumns;
        Width = width ?? SimdSupport.Best;
        Values = new AlignedBuffer(checked((dimension + scratchColumns) * Rows));
        LogDet = new AlignedBuffer(Rows);
        LogProb = new AlignedBuffer(Rows);
    }

    public int Dimension { get; }

    public int ScratchColumns { get; }

    /// <exception cref="InvalidOperationException">The block has fewer: a kernel would write behind it.</exception>
    public void RequireScratch(int columns)
    {
        if (ScratchColumns < columns)
            throw new InvalidOperationException(
                $"A block has {ScratchColumns} scratch columns, but what runs on it writes {columns}.");
    }

    /// <summary>The vector width that kernels use on this block.</summary>
    public SimdWidth Width { get; }

    /// <summary>Rows that hold data, at most 64.</summary>
    public int Count { get; set; }

    public AlignedBuffer Values { get; }

    /// <summary>[context columns, 64]; empty where rows are given none.</summary>
    public AlignedBuffer Context { get; }

    /// <summary>The rows' categories; null where they have none.</summary>
    public CategoryLanes? Categories { get; }

    /// <summary>Per row, the log-determinant of the bijections run so far: each adds its own.</summary>
    public AlignedBuffer LogDet { get; }

    /// <summary>Per row, the base distribution's log-density at the latent point.</summary>
    public AlignedBuffer LogProb { get; }

    /// <summary>A block of the same dimension, width, context and categories, for a map that must leave this one's points as they
    /// are. Made on first use and kept.</summary>
    /// <param name="scratchColumns">Scratch columns that it has at least.</param>
    public RowBlock Inner(int scratchColumns) =>
        _inner is not null && _inner.ScratchColumns >= scratchColumns
            ? _inner
            : _inner = new RowBlock(Dimension, scratchColumns, Width, Context, Categories);

    /// <exception cref="InvalidOperationException">The block has fewer columns of context.</exception>
    public void RequireContext(int columns)
    {
        if (Context.Length < columns * Rows)
            throw new InvalidOperationException(
                $"A block holds {Context.Length / Rows} columns of context, but what runs on it reads {columns}.");
    }

    public Span<float> Column(int column) => Values.Span.Slice(column * Rows, Rows);
}
