using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>The beginning and the end of scoring a block: which rows are finite, and their log-likelihoods.</summary>
internal static unsafe class LikelihoodKernel
{
    private const int R = RowBlock.Rows;

    /// <summary>Per lane, 0 where every value of the block is finite, else NaN: an infinite or missing value times 0 is
    /// NaN.</summary>
    public readonly struct Finiteness(RowBlock block, AlignedBuffer finite) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V zero = S.Create(0);
            fixed (float* x = block.Values, result = finite)
            {
                for (int r = 0; r < R; r += S.Count)
                {
                    V sum = zero;
                    for (int d = 0; d < block.Dimension; d++)
                        sum = S.MultiplyAdd(S.Load(x + d * R + r), zero, sum);
                    S.Store(sum, result + r);
                }
            }
        }
    }

    /// <summary>Overwrites the lanes of finite (0 or NaN) with logProb + logDet, saturated, or NaN: adding 0 changes nothing,
    /// adding NaN gives NaN.</summary>
    public readonly struct Total(RowBlock block, AlignedBuffer finite) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V lowest = S.Create(float.MinValue), highest = S.Create(float.MaxValue);
            fixed (float* logProb = block.LogProb, logDet = block.LogDet, result = finite)
            {
                for (int r = 0; r < R; r += S.Count)
                {
                    V sum = S.Min(S.Max(S.Add(S.Load(logProb + r), S.Load(logDet + r)), lowest), highest);
                    S.Store(S.Add(sum, S.Load(result + r)), result + r);
                }
            }
        }
    }
}
