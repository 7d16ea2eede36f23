using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace MLNet.Flows.Numerics;

/// <summary>A growing matrix [n, d] of floats, row-major, in chunks: no array is ever copied to grow, and n d may pass
/// 2^31.</summary>
/// <remarks>Chunks never move, so that kernels that gather rows need only their addresses; the garbage collector owns
/// them.</remarks>
internal sealed unsafe class FeatureMatrix
{
    private const int TargetChunkFloats = 1 << 20;
    private readonly List<float[]> _chunks = [];
    private readonly List<nint> _addresses = [];
    private readonly int _rowShift;
    private readonly int _rowMask;

    public FeatureMatrix(int dimension)
        : this(dimension, RowShift(dimension))
    {
    }

    private FeatureMatrix(int dimension, int rowShift)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        Dimension = dimension;
        _rowShift = rowShift;
        _rowMask = (1 << rowShift) - 1;
    }

    public int Dimension { get; }

    public int RowCount { get; private set; }

    /// <summary>The row's values, to read or to overwrite.</summary>
    public Span<float> Row(int row) => _chunks[row >> _rowShift].AsSpan((row & _rowMask) * Dimension, Dimension);

    /// <summary>Where the row starts; valid as long as the matrix is reachable.</summary>
    public float* Address(int row) => (float*)_addresses[row >> _rowShift] + (row & _rowMask) * (nint)Dimension;

    /// <summary>Adds a row of zeros and returns it to be filled.</summary>
    public Span<float> AddRow()
    {
        if (RowCount >> _rowShift == _chunks.Count)
        {
            float[] chunk = GC.AllocateArray<float>(Math.Max(Dimension, 1) << _rowShift, pinned: true);
            _chunks.Add(chunk);
            _addresses.Add(Marshal.UnsafeAddrOfPinnedArrayElement(chunk, 0));
        }

        return Row(RowCount++);
    }

    /// <summary>The smallest and the largest value of every column.</summary>
    public (float[] Lowest, float[] Highest) Ranges()
    {
        var lowest = new float[Dimension];
        var highest = new float[Dimension];
        Array.Fill(lowest, float.MaxValue);
        Array.Fill(highest, float.MinValue);
        for (int i = 0; i < RowCount; i++)
        {
            TensorPrimitives.Min(lowest, Row(i), lowest);
            TensorPrimitives.Max(highest, Row(i), highest);
        }

        return (lowest, highest);
    }

    /// <summary>A matrix of the same rows in memory of its own.</summary>
    public FeatureMatrix Copy()
    {
        var copy = new FeatureMatrix(Dimension, _rowShift);
        for (int i = 0; i < RowCount; i++)
            Row(i).CopyTo(copy.AddRow());
        return copy;
    }

    /// <summary>The matrix of these columns (ascending), in the memory of this one, which is given up for it and has no rows from
    /// then on.</summary>
    public FeatureMatrix TakeColumns(ReadOnlySpan<int> columns)
    {
        if (columns.Length < Dimension)
        {
            for (int i = 0; i < RowCount; i++)
            {
                float[] chunk = _chunks[i >> _rowShift];
                int from = (i & _rowMask) * Dimension, to = (i & _rowMask) * columns.Length;
                for (int j = 0; j < columns.Length; j++)
                    chunk[to + j] = chunk[from + columns[j]];
            }
        }

        var taken = new FeatureMatrix(columns.Length, _rowShift) { RowCount = RowCount };
        taken._chunks.AddRange(_chunks);
        taken._addresses.AddRange(_addresses);
        _chunks.Clear();
        _addresses.Clear();
        RowCount = 0;
        return taken;
    }

    // Rows in a chunk, as a power of two: about a million values, and 65,536 rows at most.
    private static int RowShift(int dimension)
    {
        int shift = 0;
        while (shift < 16 && (2L << shift) * Math.Max(dimension, 1) <= TargetChunkFloats)
            shift++;
        return shift;
    }
}
