using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>log sum_m exp(l_m): of the components of a mixture, or of the members of a consensus.</summary>
/// <remarks>max + log sum_m exp(l_m - max). A term below e^-25 is less than rounding loses of 1, and counts as 0. A row alone
/// sees the same sums in the same order as in a block.</remarks>
internal static unsafe class LogSumExpKernel
{
    private const int R = RowBlock.Rows;
    private const float NegligibleLogTerm = -25;

    /// <summary>log sum_m exp(l_m) of one row.</summary>
    /// <param name="terms">[M], l_m; at least one.</param>
    /// <param name="logShares">[M], added to the terms; empty for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(Span<float> terms, ReadOnlySpan<float> logShares = default)
    {
        for (int m = 0; m < logShares.Length; m++)
            terms[m] += logShares[m];
        float max = terms[0];
        foreach (float term in terms)
            max = SimdScalar.Max(max, term);
        float total = 0;
        foreach (float term in terms)
            total = AddShare<float, SimdScalar>(total, term - max);
        return max + VectorMath<float, SimdScalar>.Log(total);
    }

    /// <summary>Likewise of a block, four vectors of rows at a time: they take the terms in the order in which they
    /// lie.</summary>
    /// <param name="l">[M, 64].</param>
    /// <param name="components">M.</param>
    /// <param name="result">[64].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<V, S>(float* l, int components, float* result)
        where V : struct
        where S : struct, ISimd<V>
    {
        int v = S.Count;
        for (int r = 0; r < R; r += 4 * v)
        {
            float* term = l + r;
            V max0 = S.Load(term), max1 = S.Load(term + v), max2 = S.Load(term + 2 * v), max3 = S.Load(term + 3 * v);
            for (int m = 0; m < components; m++, term += R)
            {
                max0 = S.Max(max0, S.Load(term));
                max1 = S.Max(max1, S.Load(term + v));
                max2 = S.Max(max2, S.Load(term + 2 * v));
                max3 = S.Max(max3, S.Load(term + 3 * v));
            }

            V total0 = S.Create(0), total1 = total0, total2 = total0, total3 = total0;
            term = l + r;
            for (int m = 0; m < components; m++, term += R)
            {
                total0 = AddShare<V, S>(total0, S.Subtract(S.Load(term), max0));
                total1 = AddShare<V, S>(total1, S.Subtract(S.Load(term + v), max1));
                total2 = AddShare<V, S>(total2, S.Subtract(S.Load(term + 2 * v), max2));
                total3 = AddShare<V, S>(total3, S.Subtract(S.Load(term + 3 * v), max3));
            }

            S.Store(S.Add(max0, VectorMath<V, S>.Log(total0)), result + r);
            S.Store(S.Add(max1, VectorMath<V, S>.Log(total1)), result + r + v);
            S.Store(S.Add(max2, VectorMath<V, S>.Log(total2)), result + r + 2 * v);
            S.Store(S.Add(max3, VectorMath<V, S>.Log(total3)), result + r + 3 * v);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddShare<V, S>(V total, V logShare)
        where V : struct
        where S : struct, ISimd<V>
    {
        V limit = S.Create(NegligibleLogTerm), kept = S.SelectLess(logShare, limit, S.Create(0), S.Create(1));
        return S.MultiplyAdd(kept, VectorMath<V, S>.ExpUnclamped(S.Max(logShare, limit)), total);
    }
}
