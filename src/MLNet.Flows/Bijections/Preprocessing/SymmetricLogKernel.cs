using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Preprocessing;

/// <summary>The symmetric logarithm without a branch: with r = max(|x| / t, 1), |z| = min(|x|, t) + t log r and log|dz/dx| = -log
/// r.</summary>
internal static unsafe class SymmetricLogKernel
{
    private const int R = RowBlock.Rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Map<V, S>(V x, V threshold, V inverseThreshold, out V logSlope)
        where V : struct
        where S : struct, ISimd<V>
    {
        V zero = S.Create(0f), size = S.Abs(x);
        V log = VectorMath<V, S>.Log(S.Max(S.Multiply(size, inverseThreshold), S.Create(1f)));
        logSlope = S.Subtract(zero, log);
        V z = S.MultiplyAdd(threshold, log, S.Min(size, threshold));
        return S.SelectLess(x, zero, S.Subtract(zero, z), z);
    }

    /// <summary>Over a block, in place; a row's terms are added up first and then to its log-determinant, as for a single
    /// row.</summary>
    public readonly struct Forward(SymmetricLog map, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V threshold = S.Create(map.Threshold), inverseThreshold = S.Create(1 / map.Threshold);
            fixed (float* x = block.Values, logDets = block.LogDet)
            {
                for (int r = 0; r < R; r += S.Count)
                {
                    V sum = S.Create(0f);
                    foreach (int column in map.Columns)
                    {
                        float* values = x + column * R + r;
                        S.Store(Map<V, S>(S.Load(values), threshold, inverseThreshold, out V logSlope), values);
                        sum = S.Add(sum, logSlope);
                    }

                    S.Store(S.Add(S.Load(logDets + r), sum), logDets + r);
                }
            }
        }
    }
}
