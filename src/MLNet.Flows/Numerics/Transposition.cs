using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLNet.Flows.Numerics;

/// <summary>Turns rows into columns.</summary>
/// <remarks>8 x 8 floats at a time: they are loaded as eight vectors of a row each, turned by three rounds of interleaving (single floats, then
/// pairs, then halves) and stored as eight vectors of a column each. What is left over, and all of it without AVX, goes float by float.</remarks>
internal static class Transposition
{
    private const int Size = 8;

    /// <summary>Columns of a block become rows: to[r * stride + i] = from[i * 64 + r] for i below <paramref name="columns"/>, a multiple of eight.</summary>
    public static void OfColumns(ReadOnlySpan<float> from, int columns, Span<float> to, int stride)
    {
        for (int i = 0; i < columns; i += Size)
        {
            ref float first = ref Unsafe.AsRef(in from[i * RowBlock.Rows]);
            OfEight(
                ref first,
                ref Unsafe.Add(ref first, RowBlock.Rows),
                ref Unsafe.Add(ref first, 2 * RowBlock.Rows),
                ref Unsafe.Add(ref first, 3 * RowBlock.Rows),
                ref Unsafe.Add(ref first, 4 * RowBlock.Rows),
                ref Unsafe.Add(ref first, 5 * RowBlock.Rows),
                ref Unsafe.Add(ref first, 6 * RowBlock.Rows),
                ref Unsafe.Add(ref first, 7 * RowBlock.Rows),
                RowBlock.Rows,
                ref to[i],
                stride);
        }
    }

    /// <summary>Eight rows become eight lanes of columns: to[d * stride + i] = r_i[d].</summary>
    public static void OfEight(
        ref float r0, ref float r1, ref float r2, ref float r3, ref float r4, ref float r5, ref float r6, ref float r7, int length, ref float to, int stride)
    {
        nuint d = 0;
        for (; Avx.IsSupported && d + Size <= (nuint)length; d += Size)
        {
            Vector256<float> x0 = Vector256.LoadUnsafe(ref r0, d), x1 = Vector256.LoadUnsafe(ref r1, d);
            Vector256<float> x2 = Vector256.LoadUnsafe(ref r2, d), x3 = Vector256.LoadUnsafe(ref r3, d);
            Vector256<float> x4 = Vector256.LoadUnsafe(ref r4, d), x5 = Vector256.LoadUnsafe(ref r5, d);
            Vector256<float> x6 = Vector256.LoadUnsafe(ref r6, d), x7 = Vector256.LoadUnsafe(ref r7, d);

            // Columns 0, 1 | 4, 5 and 2, 3 | 6, 7 of rows in pairs.
            Vector256<float> low01 = Avx.UnpackLow(x0, x1), high01 = Avx.UnpackHigh(x0, x1), low23 = Avx.UnpackLow(x2, x3), high23 = Avx.UnpackHigh(x2, x3);
            Vector256<float> low45 = Avx.UnpackLow(x4, x5), high45 = Avx.UnpackHigh(x4, x5), low67 = Avx.UnpackLow(x6, x7), high67 = Avx.UnpackHigh(x6, x7);

            // Columns 0 | 4, 1 | 5, 2 | 6 and 3 | 7 of rows 0 to 3, then of rows 4 to 7.
            Vector256<float> top0 = Avx.Shuffle(low01, low23, 0x44), top1 = Avx.Shuffle(low01, low23, 0xEE);
            Vector256<float> top2 = Avx.Shuffle(high01, high23, 0x44), top3 = Avx.Shuffle(high01, high23, 0xEE);
            Vector256<float> end0 = Avx.Shuffle(low45, low67, 0x44), end1 = Avx.Shuffle(low45, low67, 0xEE);
            Vector256<float> end2 = Avx.Shuffle(high45, high67, 0x44), end3 = Avx.Shuffle(high45, high67, 0xEE);

            nuint column = d * (nuint)stride, next = (nuint)stride;
            Avx.Permute2x128(top0, end0, 0x20).StoreUnsafe(ref to, column);
            Avx.Permute2x128(top1, end1, 0x20).StoreUnsafe(ref to, column + next);
            Avx.Permute2x128(top2, end2, 0x20).StoreUnsafe(ref to, column + 2 * next);
            Avx.Permute2x128(top3, end3, 0x20).StoreUnsafe(ref to, column + 3 * next);
            Avx.Permute2x128(top0, end0, 0x31).StoreUnsafe(ref to, column + 4 * next);
            Avx.Permute2x128(top1, end1, 0x31).StoreUnsafe(ref to, column + 5 * next);
            Avx.Permute2x128(top2, end2, 0x31).StoreUnsafe(ref to, column + 6 * next);
            Avx.Permute2x128(top3, end3, 0x31).StoreUnsafe(ref to, column + 7 * next);
        }

        for (; d < (nuint)length; d++)
        {
            ref float column = ref Unsafe.Add(ref to, d * (nuint)stride);
            column = Unsafe.Add(ref r0, d);
            Unsafe.Add(ref column, 1) = Unsafe.Add(ref r1, d);
            Unsafe.Add(ref column, 2) = Unsafe.Add(ref r2, d);
            Unsafe.Add(ref column, 3) = Unsafe.Add(ref r3, d);
            Unsafe.Add(ref column, 4) = Unsafe.Add(ref r4, d);
            Unsafe.Add(ref column, 5) = Unsafe.Add(ref r5, d);
            Unsafe.Add(ref column, 6) = Unsafe.Add(ref r6, d);
            Unsafe.Add(ref column, 7) = Unsafe.Add(ref r7, d);
        }
    }
}
