using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>log((1/M) sum_m exp(l_m)), with the largest l_m taken out first.</summary>
/// <remarks>A row alone is a block of one lane: the same sums in the same order.</remarks>
internal static unsafe class UniformMixtureKernel
{
    /// <summary>Of one row.</summary>
    /// <param name="logProb">[M], log p_m of the row.</param>
    /// <param name="logCount">log M.</param>
    public static float Mean(ReadOnlySpan<float> logProb, float logCount)
    {
        fixed (float* l = logProb)
            return Mean<float, SimdScalar>(l, 1, logProb.Length, logCount);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static V Mean<V, S>(float* l, int stride, int count, float logCount)
        where V : struct
        where S : struct, ISimd<V>
    {
        V max = S.Load(l), total = S.Create(0);
        for (int m = 1; m < count; m++)
            max = S.Max(max, S.Load(l + m * stride));
        for (int m = 0; m < count; m++)
            total = S.Add(total, VectorMath<V, S>.Exp(S.Subtract(S.Load(l + m * stride), max)));
        return S.Subtract(S.Add(max, VectorMath<V, S>.Log(total)), S.Create(logCount));
    }

    /// <summary>Of a block, into its LogProb.</summary>
    /// <param name="block">Holds log p_m in M columns.</param>
    /// <param name="first">The first of these columns.</param>
    /// <param name="count">M.</param>
    /// <param name="logCount">log M.</param>
    internal readonly struct BlockMean(RowBlock block, int first, int count, float logCount) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* values = block.Values, result = block.LogProb)
            {
                float* l = values + first * RowBlock.Rows;
                for (int r = 0; r < RowBlock.Rows; r += S.Count)
                    S.Store(Mean<V, S>(l + r, RowBlock.Rows, count, logCount), result + r);
            }
        }
    }
}
