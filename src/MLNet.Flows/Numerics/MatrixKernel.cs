using System.Runtime.CompilerServices;

namespace MLNet.Flows.Numerics;

/// <summary>Small matrix products: sums[i, k] += sum_r left[i, r] right[r, k]; a vector holds columns k.</summary>
/// <remarks>
/// 1. Four rows of left and two vectors of columns are a tile, or eight and one where a vector is left: eight sums stay in
///    registers over all r; nothing is added up across lanes. Where the widest vectors have 32 registers, four rows and four
///    vectors come first: eight loads feed sixteen multiply-adds that do not wait for each other.
/// 2. Sums run over r in order, whatever the width, so every width gives the same bits.
/// 3. Where rows end within a tile, its places without a row stand for the last one once more: they add and store the same bits,
///    and a chain of sums of its own would take as long as the tile.
/// 4. Of a product that counts only on and above its diagonal, tiles that lie below it are left out.
/// Vectors reach up to 15 values behind the last column, in right and in sums.
/// </remarks>
internal static unsafe class MatrixKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    // Floats in a vector of 512 bits.
    private const int Widest = 16;

    /// <param name="rows">Rows of left and of the sums.</param>
    /// <param name="left">[rows, terms].</param>
    /// <param name="leftStride">From one of its rows to the next.</param>
    /// <param name="terms">Values in a row of left, rows of right.</param>
    /// <param name="right">[terms, columns].</param>
    /// <param name="rightStride">From one of its rows to the next.</param>
    /// <param name="columns">Columns of right and of the sums.</param>
    /// <param name="sums">[rows, columns], added to.</param>
    /// <param name="sumsStride">From one of its rows to the next.</param>
    /// <param name="upper">Whether only sums with k at or above i count.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        int rows, float* left, int leftStride, int terms, float* right, int rightStride, int columns, float* sums, int sumsStride,
        bool upper = false)
    {
        int v = S.Count, vectors = (columns + v - 1) / v, paired = vectors / 2 * 2 * v;
        int inFours = v == Widest ? vectors / 4 * 4 * v : 0;
        for (int i = 0; i < rows; i += 4)
        {
            int count = Math.Min(rows - i, 4), k = upper ? i / (2 * v) * 2 * v : 0;
            float* from = left + i * leftStride, to = sums + i * sumsStride;
            for (; k + 4 * v <= inFours; k += 4 * v)
                FourByFour(count, from, leftStride, terms, right + k, rightStride, to + k, sumsStride);
            for (; k < paired; k += 2 * v)
                FourByTwo(count, from, leftStride, terms, right + k, rightStride, to + k, sumsStride);
        }

        for (int i = 0; i < rows && paired < columns; i += 8)
            Eight(
                Math.Min(rows - i, 8), left + i * leftStride, leftStride, terms, right + paired, rightStride,
                sums + i * sumsStride + paired, sumsStride);
    }

    /// <summary>The same on whole buffers.</summary>
    public static void Run(
        int rows, AlignedBuffer left, int leftStride, int terms, AlignedBuffer right, int rightStride, int columns,
        AlignedBuffer sums, int sumsStride, bool upper = false)
    {
        fixed (float* l = left, r = right, s = sums)
            Run(rows, l, leftStride, terms, r, rightStride, columns, s, sumsStride, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(
        int rows, float* left, int leftStride, int terms, float* right, int rightStride, float* sums, int sumsStride)
    {
        float* l1 = Row(1, rows, left, leftStride), l2 = Row(2, rows, left, leftStride), l3 = Row(3, rows, left, leftStride);
        float* l4 = Row(4, rows, left, leftStride), l5 = Row(5, rows, left, leftStride), l6 = Row(6, rows, left, leftStride);
        float* l7 = Row(7, rows, left, leftStride);
        float* s1 = Row(1, rows, sums, sumsStride), s2 = Row(2, rows, sums, sumsStride), s3 = Row(3, rows, sums, sumsStride);
        float* s4 = Row(4, rows, sums, sumsStride), s5 = Row(5, rows, sums, sumsStride), s6 = Row(6, rows, sums, sumsStride);
        float* s7 = Row(7, rows, sums, sumsStride);
        V a0 = S.Load(sums), a1 = S.Load(s1), a2 = S.Load(s2), a3 = S.Load(s3), a4 = S.Load(s4), a5 = S.Load(s5), a6 = S.Load(s6);
        V a7 = S.Load(s7);
        for (nint r = 0; r < terms; r++, right += rightStride)
        {
            V y = S.Load(right);
            a0 = S.MultiplyAdd(S.Create(left[r]), y, a0);
            a1 = S.MultiplyAdd(S.Create(l1[r]), y, a1);
            a2 = S.MultiplyAdd(S.Create(l2[r]), y, a2);
            a3 = S.MultiplyAdd(S.Create(l3[r]), y, a3);
            a4 = S.MultiplyAdd(S.Create(l4[r]), y, a4);
            a5 = S.MultiplyAdd(S.Create(l5[r]), y, a5);
            a6 = S.MultiplyAdd(S.Create(l6[r]), y, a6);
            a7 = S.MultiplyAdd(S.Create(l7[r]), y, a7);
        }

        S.Store(a0, sums);
        S.Store(a1, s1);
        S.Store(a2, s2);
        S.Store(a3, s3);
        S.Store(a4, s4);
        S.Store(a5, s5);
        S.Store(a6, s6);
        S.Store(a7, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByFour(
        int rows, float* left, int leftStride, int terms, float* right, int rightStride, float* sums, int sumsStride)
    {
        int v = S.Count;
        float* l1 = Row(1, rows, left, leftStride), l2 = Row(2, rows, left, leftStride), l3 = Row(3, rows, left, leftStride);
        float* s1 = Row(1, rows, sums, sumsStride), s2 = Row(2, rows, sums, sumsStride), s3 = Row(3, rows, sums, sumsStride);
        V a00 = S.Load(sums), a01 = S.Load(sums + v), a02 = S.Load(sums + 2 * v), a03 = S.Load(sums + 3 * v);
        V a10 = S.Load(s1), a11 = S.Load(s1 + v), a12 = S.Load(s1 + 2 * v), a13 = S.Load(s1 + 3 * v);
        V a20 = S.Load(s2), a21 = S.Load(s2 + v), a22 = S.Load(s2 + 2 * v), a23 = S.Load(s2 + 3 * v);
        V a30 = S.Load(s3), a31 = S.Load(s3 + v), a32 = S.Load(s3 + 2 * v), a33 = S.Load(s3 + 3 * v);
        for (nint r = 0; r < terms; r++, right += rightStride)
        {
            V y0 = S.Load(right), y1 = S.Load(right + v), y2 = S.Load(right + 2 * v), y3 = S.Load(right + 3 * v);
            V t = S.Create(left[r]);
            a00 = S.MultiplyAdd(t, y0, a00);
            a01 = S.MultiplyAdd(t, y1, a01);
            a02 = S.MultiplyAdd(t, y2, a02);
            a03 = S.MultiplyAdd(t, y3, a03);
            t = S.Create(l1[r]);
            a10 = S.MultiplyAdd(t, y0, a10);
            a11 = S.MultiplyAdd(t, y1, a11);
            a12 = S.MultiplyAdd(t, y2, a12);
            a13 = S.MultiplyAdd(t, y3, a13);
            t = S.Create(l2[r]);
            a20 = S.MultiplyAdd(t, y0, a20);
            a21 = S.MultiplyAdd(t, y1, a21);
            a22 = S.MultiplyAdd(t, y2, a22);
            a23 = S.MultiplyAdd(t, y3, a23);
            t = S.Create(l3[r]);
            a30 = S.MultiplyAdd(t, y0, a30);
            a31 = S.MultiplyAdd(t, y1, a31);
            a32 = S.MultiplyAdd(t, y2, a32);
            a33 = S.MultiplyAdd(t, y3, a33);
        }

        S.Store(a00, sums);
        S.Store(a01, sums + v);
        S.Store(a02, sums + 2 * v);
        S.Store(a03, sums + 3 * v);
        S.Store(a10, s1);
        S.Store(a11, s1 + v);
        S.Store(a12, s1 + 2 * v);
        S.Store(a13, s1 + 3 * v);
        S.Store(a20, s2);
        S.Store(a21, s2 + v);
        S.Store(a22, s2 + 2 * v);
        S.Store(a23, s2 + 3 * v);
        S.Store(a30, s3);
        S.Store(a31, s3 + v);
        S.Store(a32, s3 + 2 * v);
        S.Store(a33, s3 + 3 * v);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourByTwo(
        int rows, float* left, int leftStride, int terms, float* right, int rightStride, float* sums, int sumsStride)
    {
        int v = S.Count;
        float* l1 = Row(1, rows, left, leftStride), l2 = Row(2, rows, left, leftStride), l3 = Row(3, rows, left, leftStride);
        float* s1 = Row(1, rows, sums, sumsStride), s2 = Row(2, rows, sums, sumsStride), s3 = Row(3, rows, sums, sumsStride);
        V a00 = S.Load(sums), a01 = S.Load(sums + v), a10 = S.Load(s1), a11 = S.Load(s1 + v);
        V a20 = S.Load(s2), a21 = S.Load(s2 + v), a30 = S.Load(s3), a31 = S.Load(s3 + v);
        for (nint r = 0; r < terms; r++, right += rightStride)
        {
            V y0 = S.Load(right), y1 = S.Load(right + v), t = S.Create(left[r]);
            a00 = S.MultiplyAdd(t, y0, a00);
            a01 = S.MultiplyAdd(t, y1, a01);
            t = S.Create(l1[r]);
            a10 = S.MultiplyAdd(t, y0, a10);
            a11 = S.MultiplyAdd(t, y1, a11);
            t = S.Create(l2[r]);
            a20 = S.MultiplyAdd(t, y0, a20);
            a21 = S.MultiplyAdd(t, y1, a21);
            t = S.Create(l3[r]);
            a30 = S.MultiplyAdd(t, y0, a30);
            a31 = S.MultiplyAdd(t, y1, a31);
        }

        S.Store(a00, sums);
        S.Store(a01, sums + v);
        S.Store(a10, s1);
        S.Store(a11, s1 + v);
        S.Store(a20, s2);
        S.Store(a21, s2 + v);
        S.Store(a30, s3);
        S.Store(a31, s3 + v);
    }

    // Row i of a tile, or its last one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* Row(int i, int rows, float* first, int stride) => first + Math.Min(i, rows - 1) * stride;
}
