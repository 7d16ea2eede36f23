namespace MLNet.Flows.Numerics;

/// <summary>One row and the scratch that single-row kernels need: lanes hold columns, layers or mixture components instead of
/// rows.</summary>
/// <remarks>Both buffers are padded with at least 16 zeros beyond the length, so that a kernel may load and store whole
/// vectors.</remarks>
internal sealed class RowWorkspace
{
    private const int Padding = 16;

    private RowWorkspace? _inner;
    private RowBlock? _block;

    public RowWorkspace(int dimension, int scratchLength = 0, SimdWidth? width = null, int contextLength = 0, int categories = 0)
        : this(dimension, scratchLength, width, contextLength, new AlignedBuffer(contextLength + Padding), new int[categories])
    {
    }

    private RowWorkspace(
        int dimension, int scratchLength, SimdWidth? width, int contextLength, AlignedBuffer context, int[] categories)
    {
        (ContextLength, Context, Categories) = (contextLength, context, categories);
        Dimension = dimension;
        Width = width ?? SimdSupport.Best;
        Values = new AlignedBuffer(dimension + Padding);
        Scratch = new AlignedBuffer(scratchLength + Padding);
    }

    public int Dimension { get; }

    public SimdWidth Width { get; }

    /// <summary>The point; its first Dimension values count.</summary>
    public AlignedBuffer Values { get; }

    public AlignedBuffer Scratch { get; }

    public int ContextLength { get; }

    /// <summary>What the row is given; its first ContextLength values count.</summary>
    public AlignedBuffer Context { get; }

    /// <summary>The codes of the row's categories; empty where it has none.</summary>
    public int[] Categories { get; }

    /// <exception cref="InvalidOperationException">The row has less context.</exception>
    public void RequireContext(int length)
    {
        if (ContextLength < length)
            throw new InvalidOperationException(
                $"A row holds {ContextLength} values of context, but what runs on it reads {length}.");
    }

    /// <summary>A workspace of the same dimension, width, context and categories, for a map that must leave this one's point as
    /// it is. Made
    /// on first use and kept.</summary>
    /// <param name="scratchLength">Scratch floats that it has at least.</param>
    public RowWorkspace Inner(int scratchLength) =>
        _inner is not null && _inner.Scratch.Length >= scratchLength + Padding
            ? _inner
            : _inner = new RowWorkspace(Dimension, scratchLength, Width, ContextLength, Context, Categories);

    /// <summary>A block of one row of the same dimension, width and context, for a map that knows no rows. Made on first use and
    /// kept.</summary>
    /// <param name="scratchColumns">Scratch columns that it has at least.</param>
    public RowBlock Block(int scratchColumns)
    {
        if (_block is null || _block.ScratchColumns < scratchColumns)
            _block = new RowBlock(Dimension, scratchColumns, Width, ContextLength) { Count = 1 };
        for (int i = 0; i < ContextLength; i++)
            _block.Context[i * RowBlock.Rows] = Context[i];
        return _block;
    }
}
