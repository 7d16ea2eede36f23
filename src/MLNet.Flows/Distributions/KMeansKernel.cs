using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Nearest centers of rows that lie in blocks of columns, [blocks, d, 64].</summary>
/// <remarks>A lane is a row, and four vectors of rows run side by side: one sum alone would wait for its own last term. A squared
/// distance is summed column by column, whatever the width, and kept at or below 1e30 so that sums of distances are
/// numbers.</remarks>
internal static unsafe class KMeansKernel
{
    private const int R = RowBlock.Rows;
    private const float LargestDistance = 1e30f;

    /// <summary>Compares rows with the centers from <paramref name="first"/> to before <paramref name="end"/>: where one is
    /// nearer than the nearest so far, its squared distance and its number take the place of that one's.</summary>
    public readonly struct Search(
        AlignedBuffer blocks,
        int dimension,
        float[] centers,
        int first,
        int end,
        AlignedBuffer distance,
        AlignedBuffer nearest) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int v = S.Count;
            fixed (float* rows = blocks, centersStart = centers, distances = distance, numbers = nearest)
            {
                for (int start = 0; start < distance.Length; start += R)
                {
                    float* block = rows + start * dimension;
                    for (int m = first; m < end; m++)
                    {
                        float* center = centersStart + m * dimension;
                        for (int r = 0; r < R; r += 4 * v)
                        {
                            V sum0 = S.Create(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                            float* x = block + r;
                            for (int d = 0; d < dimension; d++, x += R)
                            {
                                V c = S.Create(center[d]);
                                sum0 = AddSquare<V, S>(sum0, S.Load(x), c);
                                sum1 = AddSquare<V, S>(sum1, S.Load(x + v), c);
                                sum2 = AddSquare<V, S>(sum2, S.Load(x + 2 * v), c);
                                sum3 = AddSquare<V, S>(sum3, S.Load(x + 3 * v), c);
                            }

                            V number = S.Create(m);
                            float* to = distances + start + r, nearestOf = numbers + start + r;
                            Keep<V, S>(sum0, number, to, nearestOf);
                            Keep<V, S>(sum1, number, to + v, nearestOf + v);
                            Keep<V, S>(sum2, number, to + 2 * v, nearestOf + 2 * v);
                            Keep<V, S>(sum3, number, to + 3 * v, nearestOf + 3 * v);
                        }
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V AddSquare<V, S>(V sum, V x, V center)
            where V : struct
            where S : struct, ISimd<V>
        {
            V delta = S.Subtract(x, center);
            return S.MultiplyAdd(delta, delta, sum);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Keep<V, S>(V found, V number, float* distance, float* nearest)
            where V : struct
            where S : struct, ISimd<V>
        {
            V bounded = S.Min(found, S.Create(LargestDistance)), soFar = S.Load(distance);
            S.Store(S.SelectLess(bounded, soFar, number, S.Load(nearest)), nearest);
            S.Store(S.SelectLess(bounded, soFar, bounded, soFar), distance);
        }
    }
}
