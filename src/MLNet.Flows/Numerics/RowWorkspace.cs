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

    public RowWorkspace(int dimension, int scratchLength = 0, SimdWidth? width = null)
    {
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

    /// <summary>A workspace of the same dimension and width, for a map that must leave this one's point as it is. Made on first
    /// use and kept.</summary>
    /// <param name="scratchLength">Scratch floats that it has at least.</param>
    public RowWorkspace Inner(int scratchLength) =>
        _inner is not null && _inner.Scratch.Length >= scratchLength + Padding
            ? _inner
            : _inner = new RowWorkspace(Dimension, scratchLength, Width);

    /// <summary>A block of one row of the same dimension and width, for a map that knows no rows. Made on first use and
    /// kept.</summary>
    /// <param name="scratchColumns">Scratch columns that it has at least.</param>
    public RowBlock Block(int scratchColumns) =>
        _block is not null && _block.ScratchColumns >= scratchColumns
            ? _block
            : _block = new RowBlock(Dimension, scratchColumns, Width) { Count = 1 };
}
