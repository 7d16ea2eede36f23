using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Sums of outer products over a block's rows: sums[i, k] += sum_r left[i, r] right[r, k]; a vector holds layers k.</summary>
/// <remarks>
/// 1. left is [n, 64], column by column as blocks are; right is [64, stride], row by row (<see cref="Transposition"/>), so that one value of left
///    meets a vector of layers.
/// 2. Eight rows of left and one vector of layers are a tile: eight sums stay in registers over all 64 rows; nothing is added up across lanes.
/// 3. Sums run over the rows in order, whatever the width, so every width gives the same bits.
/// </remarks>
internal static unsafe class PlanarOuterKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="count">n, rows of left.</param>
    /// <param name="left">[n, 64].</param>
    /// <param name="right">[64, stride].</param>
    /// <param name="stride">Layers, padded to a multiple of 16.</param>
    /// <param name="sums">[n, stride], added to.</param>
    public static void Run(int count, float* left, float* right, int stride, float* sums)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            for (int k = 0; k < stride; k += S.Count)
                Eight(left + i * R, right + k, stride, sums + i * stride + k);
        }

        for (; i + 2 <= count; i += 2)
        {
            for (int k = 0; k < stride; k += S.Count)
                Two(left + i * R, right + k, stride, sums + i * stride + k);
        }

        for (; i < count; i++)
        {
            for (int k = 0; k < stride; k += S.Count)
                One(left + i * R, right + k, stride, sums + i * stride + k);
        }
    }

    private static void Eight(float* left, float* right, int stride, float* sums)
    {
        float* second = sums + stride, third = second + stride, fourth = third + stride;
        float* fifth = fourth + stride, sixth = fifth + stride, seventh = sixth + stride, eighth = seventh + stride;
        V a0 = S.Load(sums), a1 = S.Load(second), a2 = S.Load(third), a3 = S.Load(fourth);
        V a4 = S.Load(fifth), a5 = S.Load(sixth), a6 = S.Load(seventh), a7 = S.Load(eighth);
        for (int r = 0; r < R; r++, left++, right += stride)
        {
            V y = S.Load(right);
            a0 = S.MultiplyAdd(S.Create(left[0]), y, a0);
            a1 = S.MultiplyAdd(S.Create(left[R]), y, a1);
            a2 = S.MultiplyAdd(S.Create(left[2 * R]), y, a2);
            a3 = S.MultiplyAdd(S.Create(left[3 * R]), y, a3);
            a4 = S.MultiplyAdd(S.Create(left[4 * R]), y, a4);
            a5 = S.MultiplyAdd(S.Create(left[5 * R]), y, a5);
            a6 = S.MultiplyAdd(S.Create(left[6 * R]), y, a6);
            a7 = S.MultiplyAdd(S.Create(left[7 * R]), y, a7);
        }

        S.Store(a0, sums);
        S.Store(a1, second);
        S.Store(a2, third);
        S.Store(a3, fourth);
        S.Store(a4, fifth);
        S.Store(a5, sixth);
        S.Store(a6, seventh);
        S.Store(a7, eighth);
    }

    private static void Two(float* left, float* right, int stride, float* sums)
    {
        V a0 = S.Load(sums), a1 = S.Load(sums + stride);
        for (int r = 0; r < R; r++, right += stride)
        {
            V y = S.Load(right);
            a0 = S.MultiplyAdd(S.Create(left[r]), y, a0);
            a1 = S.MultiplyAdd(S.Create(left[R + r]), y, a1);
        }

        S.Store(a0, sums);
        S.Store(a1, sums + stride);
    }

    private static void One(float* left, float* right, int stride, float* sums)
    {
        V a = S.Load(sums);
        for (int r = 0; r < R; r++, right += stride)
            a = S.MultiplyAdd(S.Create(left[r]), S.Load(right), a);
        S.Store(a, sums);
    }
}
