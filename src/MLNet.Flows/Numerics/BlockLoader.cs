using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace MLNet.Flows.Numerics;

/// <summary>Transposes row-major rows into a block's columns.</summary>
internal static class BlockLoader
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
        int count = block.Count = rows.Length / stride;
        Span<float> values = block.Values.Span;
        int r = 0;
        if (columns is null)
        {
            ref float first = ref MemoryMarshal.GetReference(rows);
            for (; r + Group <= count; r += Group)
            {
                Transposition.OfEight(
                    ref Unsafe.Add(ref first, r * stride),
                    ref Unsafe.Add(ref first, (r + 1) * stride),
                    ref Unsafe.Add(ref first, (r + 2) * stride),
                    ref Unsafe.Add(ref first, (r + 3) * stride),
                    ref Unsafe.Add(ref first, (r + 4) * stride),
                    ref Unsafe.Add(ref first, (r + 5) * stride),
                    ref Unsafe.Add(ref first, (r + 6) * stride),
                    ref Unsafe.Add(ref first, (r + 7) * stride),
                    stride,
                    ref values[r],
                    RowBlock.Rows);
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
            Transposition.OfEight(
                ref Reference(matrix, rows[r]),
                ref Reference(matrix, rows[r + 1]),
                ref Reference(matrix, rows[r + 2]),
                ref Reference(matrix, rows[r + 3]),
                ref Reference(matrix, rows[r + 4]),
                ref Reference(matrix, rows[r + 5]),
                ref Reference(matrix, rows[r + 6]),
                ref Reference(matrix, rows[r + 7]),
                matrix.Dimension,
                ref values[r],
                RowBlock.Rows);
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
    private static unsafe void Prefetch(FeatureMatrix matrix, ReadOnlySpan<int> rows)
    {
        if (!Sse.IsSupported)
            return;
        for (int r = 0; r < Math.Min(rows.Length, Group); r++)
        {
            ref float row = ref Reference(matrix, rows[r]);
            for (int d = 0; d < Math.Min(matrix.Dimension, MaximumPrefetch); d += FloatsPerLine)
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref row, d)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Reference(FeatureMatrix matrix, int row) => ref MemoryMarshal.GetReference(matrix.Row(row));

    private static void ClearRest(RowBlock block)
    {
        for (int d = 0; d < block.Dimension && block.Count < RowBlock.Rows; d++)
            block.Column(d)[block.Count..].Clear();
    }
}
