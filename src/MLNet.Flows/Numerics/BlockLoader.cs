using System.Runtime.Intrinsics.X86;

namespace MLNet.Flows.Numerics;

/// <summary>Transposes row-major rows into a block's columns.</summary>
internal static unsafe class BlockLoader
{
    private const int Group = 8;
    private const int FloatsPerLine = 16;
    private const int MaximumPrefetch = 128;

    /// <summary>Loads at most 64 rows and sets the block's count; lanes beyond it are zero.</summary>
    /// <param name="rows">[n, stride], row-major.</param>
    /// <param name="stride">Features in a row.</param>
    /// <param name="columns">The columns to take, in order; null for all.</param>
    /// <param name="block">Receives the values in its first columns.</param>
    public static void Load(ReadOnlySpan<float> rows, int stride, int[]? columns, RowBlock block)
    {
        int count = block.Count = rows.Length / stride, r = 0;
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
                        row, row + stride, row + 2 * stride, row + 3 * stride, row + 4 * stride, row + 5 * stride, row + 6 * stride, row + 7 * stride, stride, ref stored);
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
    public static void Load(FeatureMatrix matrix, ReadOnlySpan<int> rows, RowBlock block)
    {
        block.Count = rows.Length;
        Span<float> values = block.Values.Span;
        int r = 0;
        for (; r + Group <= rows.Length; r += Group)
        {
            Prefetch(matrix, rows[Math.Min(r + 2 * Group, rows.Length)..]);
            fixed (float* r0 = matrix.Row(rows[r]), r1 = matrix.Row(rows[r + 1]), r2 = matrix.Row(rows[r + 2]), r3 = matrix.Row(rows[r + 3]))
            fixed (float* r4 = matrix.Row(rows[r + 4]), r5 = matrix.Row(rows[r + 5]), r6 = matrix.Row(rows[r + 6]), r7 = matrix.Row(rows[r + 7]))
            fixed (float* to = block.Values)
            {
                var stored = new StoredRows(to + r, RowBlock.Rows);
                Transposition.OfEight(r0, r1, r2, r3, r4, r5, r6, r7, matrix.Dimension, ref stored);
            }
        }

        for (; r < rows.Length; r++)
        {
            ReadOnlySpan<float> row = matrix.Row(rows[r]);
            for (int d = 0; d < row.Length; d++)
                values[d * RowBlock.Rows + r] = row[d];
        }

        ClearRest(block);
    }

    // Rows in random order are the one thing here that waits for memory: the group after next is asked for in good time.
    private static void Prefetch(FeatureMatrix matrix, ReadOnlySpan<int> rows)
    {
        if (!Sse.IsSupported)
            return;
        for (int r = 0; r < Math.Min(rows.Length, Group); r++)
        {
            fixed (float* row = matrix.Row(rows[r]))
            {
                for (int d = 0; d < Math.Min(matrix.Dimension, MaximumPrefetch); d += FloatsPerLine)
                    Sse.Prefetch0(row + d);
            }
        }
    }

    private static void ClearRest(RowBlock block)
    {
        for (int d = 0; d < block.Dimension && block.Count < RowBlock.Rows; d++)
            block.Column(d)[block.Count..].Clear();
    }
}
