using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Small matrix products: sums[i, k] += sum_r left[i, r] right[r, k]; a vector holds layers k.</summary>
/// <remarks>
/// 1. Four rows of left and two vectors of layers are a tile, or eight and one where a vector is left: eight sums stay in registers over all r;
///    nothing is added up across lanes.
/// 2. Sums run over r in order, whatever the width, so every width gives the same bits.
/// 3. Of a product that counts only on and above its diagonal, tiles that lie below it are left out.
/// Vectors reach up to 15 values behind the last column, in right and in sums.
/// </remarks>
internal static unsafe class PlanarMatrixKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
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
        int rows, float* left, int leftStride, int terms, float* right, int rightStride, int columns, float* sums, int sumsStride, bool upper = false)
    {
        int v = S.Count, paired = (columns + v - 1) / v / 2 * 2 * v, i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            for (int k = upper ? i / (2 * v) * 2 * v : 0; k < paired; k += 2 * v)
                FourByTwo(left + i * leftStride, leftStride, terms, right + k, rightStride, sums + i * sumsStride + k, sumsStride);
        }

        for (; i < rows; i++)
        {
            for (int k = 0; k < paired; k += v)
                One(left + i * leftStride, terms, right + k, rightStride, sums + i * sumsStride + k);
        }

        if (paired >= columns)
            return;
        for (i = 0; i + 8 <= rows; i += 8)
            Eight(left + i * leftStride, leftStride, terms, right + paired, rightStride, sums + i * sumsStride + paired, sumsStride);
        for (; i < rows; i++)
            One(left + i * leftStride, terms, right + paired, rightStride, sums + i * sumsStride + paired);
    }

    /// <summary>The same on whole buffers.</summary>
    public static void Run(
        int rows, AlignedBuffer left, int leftStride, int terms, AlignedBuffer right, int rightStride, int columns, AlignedBuffer sums, int sumsStride, bool upper = false)
    {
        fixed (float* l = left, r = right, s = sums)
            Run(rows, l, leftStride, terms, r, rightStride, columns, s, sumsStride, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* left, int leftStride, int terms, float* right, int rightStride, float* sums, int sumsStride)
    {
        float* l1 = left + leftStride, l2 = l1 + leftStride, l3 = l2 + leftStride, l4 = l3 + leftStride, l5 = l4 + leftStride, l6 = l5 + leftStride, l7 = l6 + leftStride;
        float* s1 = sums + sumsStride, s2 = s1 + sumsStride, s3 = s2 + sumsStride, s4 = s3 + sumsStride, s5 = s4 + sumsStride, s6 = s5 + sumsStride, s7 = s6 + sumsStride;
        V a0 = S.Load(sums), a1 = S.Load(s1), a2 = S.Load(s2), a3 = S.Load(s3), a4 = S.Load(s4), a5 = S.Load(s5), a6 = S.Load(s6), a7 = S.Load(s7);
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
    private static void FourByTwo(float* left, int leftStride, int terms, float* right, int rightStride, float* sums, int sumsStride)
    {
        int v = S.Count;
        float* l1 = left + leftStride, l2 = l1 + leftStride, l3 = l2 + leftStride;
        float* s1 = sums + sumsStride, s2 = s1 + sumsStride, s3 = s2 + sumsStride;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* left, int terms, float* right, int rightStride, float* sums)
    {
        V a = S.Load(sums);
        for (nint r = 0; r < terms; r++, right += rightStride)
            a = S.MultiplyAdd(S.Create(left[r]), S.Load(right), a);
        S.Store(a, sums);
    }
}
