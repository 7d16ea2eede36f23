using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLNet.Flows.Numerics;

/// <summary>What becomes of the columns of eight rows that are transposed: stored, or changed on their way.</summary>
internal interface IEightRows
{
    /// <summary>Takes the eight rows' values of one column.</summary>
    void Take(Vector256<float> rows, int column);
}

/// <summary>Transposes rows into columns.</summary>
/// <remarks>8 x 8 floats at a time: they are loaded as eight vectors of a row each, transposed by three rounds of interleaving
/// (single floats, then pairs, then halves) and passed on as eight vectors of a column each. What is left over, and all of it
/// without AVX, is gathered float by float.</remarks>
internal static unsafe class Transposition
{
    private const int Size = 8;

    /// <summary>A matrix [rows, columns] transposed: to[c * toStride + r] = from[r * fromStride + c].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Of(float* from, int rows, int columns, int fromStride, float* to, int toStride)
    {
        int r = 0;
        for (; r + Size <= rows; r += Size)
        {
            float* row = from + r * fromStride;
            var stored = new StoredRows(to + r, toStride);
            OfEight(
                row,
                row + fromStride,
                row + 2 * fromStride,
                row + 3 * fromStride,
                row + 4 * fromStride,
                row + 5 * fromStride,
                row + 6 * fromStride,
                row + 7 * fromStride,
                columns,
                ref stored);
        }

        for (; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                to[c * toStride + r] = from[r * fromStride + c];
        }
    }

    /// <summary>A whole matrix [rows, columns] transposed into a buffer.</summary>
    public static void Of(ReadOnlySpan<float> from, int rows, int columns, AlignedBuffer to, int toStride)
    {
        fixed (float* source = from, target = to)
            Of(source, rows, columns, columns, target, toStride);
    }

    /// <summary>The first columns of a buffer [rows, fromStride] transposed into a span [columns, rows].</summary>
    public static void Of(AlignedBuffer from, int rows, int columns, int fromStride, Span<float> to)
    {
        fixed (float* source = from, target = to)
            Of(source, rows, columns, fromStride, target, rows);
    }

    /// <summary>Passes on the columns of eight rows of some length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OfEight<TRows>(
        float* r0, float* r1, float* r2, float* r3, float* r4, float* r5, float* r6, float* r7, int length, ref TRows rows)
        where TRows : struct, IEightRows
    {
        int d = 0;
        for (; Avx.IsSupported && d + Size <= length; d += Size)
        {
            Vector256<float> x0 = Vector256.Load(r0 + d), x1 = Vector256.Load(r1 + d), x2 = Vector256.Load(r2 + d);
            Vector256<float> x3 = Vector256.Load(r3 + d);
            Vector256<float> x4 = Vector256.Load(r4 + d), x5 = Vector256.Load(r5 + d), x6 = Vector256.Load(r6 + d);
            Vector256<float> x7 = Vector256.Load(r7 + d);

            // Columns 0, 1 | 4, 5 and 2, 3 | 6, 7 of rows in pairs.
            Vector256<float> low01 = Avx.UnpackLow(x0, x1), high01 = Avx.UnpackHigh(x0, x1), low23 = Avx.UnpackLow(x2, x3);
            Vector256<float> high23 = Avx.UnpackHigh(x2, x3);
            Vector256<float> low45 = Avx.UnpackLow(x4, x5), high45 = Avx.UnpackHigh(x4, x5), low67 = Avx.UnpackLow(x6, x7);
            Vector256<float> high67 = Avx.UnpackHigh(x6, x7);

            // Columns 0 | 4, 1 | 5, 2 | 6 and 3 | 7 of rows 0 to 3, then of rows 4 to 7.
            Vector256<float> top0 = Avx.Shuffle(low01, low23, 0x44), top1 = Avx.Shuffle(low01, low23, 0xEE);
            Vector256<float> top2 = Avx.Shuffle(high01, high23, 0x44), top3 = Avx.Shuffle(high01, high23, 0xEE);
            Vector256<float> end0 = Avx.Shuffle(low45, low67, 0x44), end1 = Avx.Shuffle(low45, low67, 0xEE);
            Vector256<float> end2 = Avx.Shuffle(high45, high67, 0x44), end3 = Avx.Shuffle(high45, high67, 0xEE);

            rows.Take(Avx.Permute2x128(top0, end0, 0x20), d);
            rows.Take(Avx.Permute2x128(top1, end1, 0x20), d + 1);
            rows.Take(Avx.Permute2x128(top2, end2, 0x20), d + 2);
            rows.Take(Avx.Permute2x128(top3, end3, 0x20), d + 3);
            rows.Take(Avx.Permute2x128(top0, end0, 0x31), d + 4);
            rows.Take(Avx.Permute2x128(top1, end1, 0x31), d + 5);
            rows.Take(Avx.Permute2x128(top2, end2, 0x31), d + 6);
            rows.Take(Avx.Permute2x128(top3, end3, 0x31), d + 7);
        }

        for (; d < length; d++)
            rows.Take(Vector256.Create(r0[d], r1[d], r2[d], r3[d], r4[d], r5[d], r6[d], r7[d]), d);
    }
}

/// <summary>Stores columns as they are.</summary>
/// <param name="to">Where the first column's eight values go.</param>
/// <param name="stride">From one column to the next.</param>
internal readonly unsafe struct StoredRows(float* to, int stride) : IEightRows
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(Vector256<float> rows, int column) => Vector256.Store(rows, to + column * stride);
}
