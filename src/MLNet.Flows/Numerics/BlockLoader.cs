using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MLNet.Flows.Numerics;

/// <summary>Transposes row-major rows into a block's columns.</summary>
internal static unsafe class BlockLoader
{
    private const int Group = 8;
    private const int FloatsPerLine = 16;
    private const int MaximumPrefetch = 128;

    /// <summary>Loads at most 64 rows and sets the block's count, which stays where rows have no feature; lanes beyond it are
    /// zero.</summary>
    /// <param name="rows">[n, stride], row-major.</param>
    /// <param name="stride">Features in a row.</param>
    /// <param name="columns">The columns to take, in order; null for all.</param>
    /// <param name="block">Receives the values in its first columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Load(ReadOnlySpan<float> rows, int stride, int[]? columns, RowBlock block)
    {
        int count = block.Count = stride == 0 ? block.Count : rows.Length / stride, r = 0;
        Span<float> values = block.Values.Span;
        if (columns is null)
        {
            fixed (float* first = rows, to = block.Values)
            {
                for (; r + Group <= count; r += Group)
                {
                    float* row = first + r * stride;
                    var stored = new StoredRows(to + r, RowBlock.Rows);
                    Transposition.OfEight(
                        row, row + stride, row + 2 * stride, row + 3 * stride, row + 4 * stride, row + 5 * stride,
                        row + 6 * stride, row + 7 * stride, stride, ref stored);
                }
            }
        }

        for (; r < count; r++)
        {
            ReadOnlySpan<float> row = rows.Slice(r * stride, stride);
            for (int j = 0; j < block.Dimension; j++)
                values[j * RowBlock.Rows + r] = row[columns is null ? j : columns[j]];
        }

        ClearRest(block);
    }

    /// <summary>Loads the rows of a matrix that <paramref name="rows"/> names, at most 64.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Load(FeatureMatrix matrix, ReadOnlySpan<int> rows, RowBlock block)
    {
        block.Count = rows.Length;
        int r = 0;
        fixed (float* to = block.Values)
        {
            for (; r + Group <= rows.Length; r += Group)
            {
                var stored = new StoredRows(to + r, RowBlock.Rows);
                Transposition.OfEight(
                    matrix.Address(rows[r]),
                    matrix.Address(rows[r + 1]),
                    matrix.Address(rows[r + 2]),
                    matrix.Address(rows[r + 3]),
                    matrix.Address(rows[r + 4]),
                    matrix.Address(rows[r + 5]),
                    matrix.Address(rows[r + 6]),
                    matrix.Address(rows[r + 7]),
                    matrix.Dimension,
                    ref stored);
            }
        }

        Span<float> values = block.Values.Span;
        for (; r < rows.Length; r++)
        {
            ReadOnlySpan<float> row = matrix.Row(rows[r]);
            for (int d = 0; d < row.Length; d++)
                values[d * RowBlock.Rows + r] = row[d];
        }

        ClearRest(block);
        GC.KeepAlive(matrix);
    }

    /// <summary>Loads the context of the block's rows; lanes beyond its count are zero.</summary>
    /// <param name="context">[n, context columns], row-major; n is the block's count.</param>
    /// <param name="block">With as many context columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadContext(ReadOnlySpan<float> context, RowBlock block)
    {
        Span<float> values = block.Context.Span;
        int columns = values.Length / RowBlock.Rows;
        if (block.Count < RowBlock.Rows)
            values.Clear();
        for (int r = 0; r < block.Count; r++)
        {
            for (int c = 0; c < columns; c++)
                values[c * RowBlock.Rows + r] = context[r * columns + c];
        }
    }

    /// <summary>Loads the context of the block's rows from the rows of a matrix that <paramref name="rows"/> names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LoadContext(FeatureMatrix context, ReadOnlySpan<int> rows, RowBlock block)
    {
        Span<float> values = block.Context.Span;
        if (rows.Length < RowBlock.Rows)
            values.Clear();
        for (int r = 0; r < rows.Length; r++)
        {
            ReadOnlySpan<float> row = context.Row(rows[r]);
            for (int c = 0; c < row.Length; c++)
                values[c * RowBlock.Rows + r] = row[c];
        }
    }

    /// <summary>Asks the memory for rows that will be loaded soon: in random order they are the one thing in training that waits
    /// for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch(FeatureMatrix matrix, ReadOnlySpan<int> rows)
    {
        if (!Sse.IsSupported)
            return;
        foreach (int r in rows)
        {
            float* row = matrix.Address(r);
            for (int d = 0; d < Math.Min(matrix.Dimension, MaximumPrefetch); d += FloatsPerLine)
                Sse.Prefetch0(row + d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ClearRest(RowBlock block)
    {
        for (int d = 0; d < block.Dimension && block.Count < RowBlock.Rows; d++)
            block.Column(d)[block.Count..].Clear();
    }
}
