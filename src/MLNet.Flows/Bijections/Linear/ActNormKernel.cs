using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Linear;

/// <summary>The backward pass of an <see cref="ActNorm"/> over a block.</summary>
internal static unsafe class ActNormKernel
{
    private const int R = RowBlock.Rows;
    private const int Lanes = LaneSums.Sixteen;

    /// <summary>g becomes dL/dx; dL/d location and dL/d log-scale are added to the sums.</summary>
    /// <remarks>
    /// 1. dL/dx = g s with s = exp(-log-scale); dL/d location = -sum g s; dL/d log-scale = -sum (g z + weight).
    /// 2. Both sums of a column are kept in sixteen lanes, row r in lane r mod 16, whatever the width: every width gives the same
    /// bits. The lanes are added up in double precision.
    /// </remarks>
    /// <param name="gradient">The block of g.</param>
    /// <param name="points">[d, 64], z.</param>
    /// <param name="inverseScale">[d], s.</param>
    /// <param name="weight">The sum of the rows' weights.</param>
    /// <param name="sums">[location (d) | log-scale (d)].</param>
    public readonly struct Backward(
        RowBlock gradient, float[] points, AlignedBuffer inverseScale, double weight, double[] sums) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            float* onLogScale = stackalloc float[Lanes], onLocation = stackalloc float[Lanes];
            int dimension = gradient.Dimension;
            fixed (float* values = gradient.Values, kept = points, scales = inverseScale)
            {
                for (int d = 0; d < dimension; d++)
                {
                    float* g = values + d * R, z = kept + d * R;
                    V scale = S.Create(scales[d]);
                    for (int lane = 0; lane < Lanes; lane += S.Count)
                    {
                        V products = S.Create(0), scaled = S.Create(0);
                        for (int r = lane; r < R; r += Lanes)
                        {
                            V own = S.Load(g + r);
                            products = S.MultiplyAdd(own, S.Load(z + r), products);
                            own = S.Multiply(own, scale);
                            scaled = S.Add(scaled, own);
                            S.Store(own, g + r);
                        }

                        S.Store(products, onLogScale + lane);
                        S.Store(scaled, onLocation + lane);
                    }

                    sums[d] -= LaneSums.OfSixteen(onLocation);
                    sums[dimension + d] -= LaneSums.OfSixteen(onLogScale) + weight;
                }
            }
        }
    }
}
