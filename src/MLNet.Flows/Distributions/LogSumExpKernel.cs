using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>log sum_m exp(l_m): of the components of a mixture, or of the members of a consensus.</summary>
/// <remarks>
/// 1. max + log sum_m exp(l_m - max). A term below e^-25 counts e^-25: of a thousand, less than rounding loses of 1.
/// 2. Terms are taken 64 at a time, which stay in the first-level cache between the search for their largest and the sum. Where
///    that raises the largest so far, the sum so far shrinks by as much.
/// 3. A row alone sees the same sums in the same order as in a block.
/// </remarks>
internal static unsafe class LogSumExpKernel
{
    private const int R = RowBlock.Rows;
    private const int Stretch = 64;
    private const float LeastLogShare = -25;

    /// <summary>log sum_m exp(l_m) of one row.</summary>
    /// <param name="terms">[M], l_m; at least one.</param>
    /// <param name="logShares">[M], added to the terms; empty for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(Span<float> terms, ReadOnlySpan<float> logShares = default)
    {
        for (int m = 0; m < logShares.Length; m++)
            terms[m] += logShares[m];
        float max = terms[0], total = 0;
        for (int first = 0; first < terms.Length; first += Stretch)
        {
            Span<float> some = terms[first..Math.Min(first + Stretch, terms.Length)];
            float before = max;
            foreach (float term in some)
                max = SimdScalar.Max(max, term);
            total *= Share<float, SimdScalar>(before - max);
            foreach (float term in some)
                total += Share<float, SimdScalar>(term - max);
        }

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
            float* from = l + r;
            V max0 = S.Load(from), max1 = S.Load(from + v), max2 = S.Load(from + 2 * v), max3 = S.Load(from + 3 * v);
            V total0 = S.Create(0), total1 = total0, total2 = total0, total3 = total0;
            for (int first = 0; first < components; first += Stretch, from += Stretch * R)
            {
                int count = Math.Min(Stretch, components - first);
                V before0 = max0, before1 = max1, before2 = max2, before3 = max3;
                float* term = from;
                for (int m = 0; m < count; m++, term += R)
                {
                    max0 = S.Max(max0, S.Load(term));
                    max1 = S.Max(max1, S.Load(term + v));
                    max2 = S.Max(max2, S.Load(term + 2 * v));
                    max3 = S.Max(max3, S.Load(term + 3 * v));
                }

                total0 = S.Multiply(total0, Share<V, S>(S.Subtract(before0, max0)));
                total1 = S.Multiply(total1, Share<V, S>(S.Subtract(before1, max1)));
                total2 = S.Multiply(total2, Share<V, S>(S.Subtract(before2, max2)));
                total3 = S.Multiply(total3, Share<V, S>(S.Subtract(before3, max3)));
                term = from;
                for (int m = 0; m < count; m++, term += R)
                {
                    total0 = S.Add(total0, Share<V, S>(S.Subtract(S.Load(term), max0)));
                    total1 = S.Add(total1, Share<V, S>(S.Subtract(S.Load(term + v), max1)));
                    total2 = S.Add(total2, Share<V, S>(S.Subtract(S.Load(term + 2 * v), max2)));
                    total3 = S.Add(total3, Share<V, S>(S.Subtract(S.Load(term + 3 * v), max3)));
                }
            }

            S.Store(S.Add(max0, VectorMath<V, S>.Log(total0)), result + r);
            S.Store(S.Add(max1, VectorMath<V, S>.Log(total1)), result + r + v);
            S.Store(S.Add(max2, VectorMath<V, S>.Log(total2)), result + r + 2 * v);
            S.Store(S.Add(max3, VectorMath<V, S>.Log(total3)), result + r + 3 * v);
        }
    }

    // e^x for x <= 0, within 2e-7 of itself:
    // 1. y = x log2(e) = n + f with n a whole number and |f| <= 1/2.
    // 2. 2^f by the polynomial of degree 5 that is 1 at 0, where the largest term is, and least wrong elsewhere (9e-8).
    // 3. Times 2^n, by adding n to the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Share<V, S>(V x)
        where V : struct
        where S : struct, ISimd<V>
    {
        V y = S.Multiply(S.Max(x, S.Create(LeastLogShare)), S.Create(1.44269504f));
        V n = S.Round(y), f = S.Subtract(y, n);
        V p = S.MultiplyAdd(f, S.Create(1.326472725e-3f), S.Create(9.671512681e-3f));
        p = S.MultiplyAdd(p, f, S.Create(5.550733744e-2f));
        p = S.MultiplyAdd(p, f, S.Create(2.402224208e-1f));
        p = S.MultiplyAdd(p, f, S.Create(6.931469776e-1f));
        p = S.MultiplyAdd(p, f, S.Create(1f));
        return S.ScaleByPowerOfTwo(p, n);
    }
}
