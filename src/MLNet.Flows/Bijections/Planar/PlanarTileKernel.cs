using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The inner loop of all products of the planar kernels: four results x two vectors of rows, kept in
/// registers.</summary>
/// <remarks>a_i += sum_t m[t, i] y[t]. Eight sums are what a fused multiply-add needs to be busy (latency 4, two at a time), and
/// with two columns and a factor they fit the sixteen registers of AVX. Each row sees its terms in ascending order, whatever the
/// width.</remarks>
internal static unsafe class PlanarTileKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    // Adds the terms of one matrix (m: four values a term, y: a column of the block a term), then those of a second; both have
    // the same stride from one term to the next. A field would keep the sums from the registers, so they come as eight variables
    // of the caller.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(
        int terms, float* m, float* y, int moreTerms, float* nextM, float* nextY, int stride,
        ref V a00, ref V a01, ref V a10, ref V a11, ref V a20, ref V a21, ref V a30, ref V a31)
    {
        int v = S.Count;
        for (int i = 0; i < terms + moreTerms; i++, m += stride, y += R)
        {
            if (i == terms)
            {
                m = nextM;
                y = nextY;
            }

            V y0 = S.Load(y), y1 = S.Load(y + v);
            V t = S.Create(m[0]);
            a00 = S.MultiplyAdd(t, y0, a00);
            a01 = S.MultiplyAdd(t, y1, a01);
            t = S.Create(m[1]);
            a10 = S.MultiplyAdd(t, y0, a10);
            a11 = S.MultiplyAdd(t, y1, a11);
            t = S.Create(m[2]);
            a20 = S.MultiplyAdd(t, y0, a20);
            a21 = S.MultiplyAdd(t, y1, a21);
            t = S.Create(m[3]);
            a30 = S.MultiplyAdd(t, y0, a30);
            a31 = S.MultiplyAdd(t, y1, a31);
        }
    }

    // Stores the results in four columns of the block.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* to, V a00, V a01, V a10, V a11, V a20, V a21, V a30, V a31)
    {
        int v = S.Count;
        S.Store(a00, to);
        S.Store(a01, to + v);
        S.Store(a10, to + R);
        S.Store(a11, to + R + v);
        S.Store(a20, to + 2 * R);
        S.Store(a21, to + 2 * R + v);
        S.Store(a30, to + 3 * R);
        S.Store(a31, to + 3 * R + v);
    }
}
