using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Products of univariate normal or Student-t densities with a location and a scale per column.</summary>
/// <remarks>
/// With t_d = (z_d - m_d) / s_d, the normal has log p = const - sum t^2 / 2 and Student-t log p = const - (nu + 1)/2 sum log(1 + t^2/nu).
/// With weight wt_d = 1 (normal) or (nu + 1)/(nu + t^2) (Student-t): d log p / dz = -wt t / s, d/dm = wt t / s, d/d log s = wt t^2 - 1.
/// A row alone is a block of one lane with stride 1: the same sums in the same order.
/// </remarks>
internal static unsafe class LocationScaleKernel
{
    private const int R = RowBlock.Rows;
    private const float Farthest = 1e18f;

    /// <summary>log p of the lanes of one vector at z, whose columns are <paramref name="stride"/> apart.</summary>
    public static V LogProb<V, S>(LocationScaleParameters p, float* mean, float* inverseScale, float* z, int stride)
        where V : struct
        where S : struct, ISimd<V>
    {
        V sum = S.Create(0);
        int dimension = p.Dimension;
        if (p.IsNormal)
        {
            for (int d = 0; d < dimension; d++)
            {
                V t = Standardized<V, S>(z + d * stride, mean + d, inverseScale + d);
                sum = S.MultiplyAdd(t, t, sum);
            }
        }
        else
        {
            V one = S.Create(1), inverseNu = S.Create((float)(1 / p.DegreesOfFreedom));
            for (int d = 0; d < dimension; d++)
            {
                V t = Standardized<V, S>(z + d * stride, mean + d, inverseScale + d);
                sum = S.Add(sum, VectorMath<V, S>.Log(S.MultiplyAdd(S.Multiply(t, t), inverseNu, one)));
            }
        }

        return S.MultiplyAdd(S.Create(p.Slope), sum, S.Create(p.Constant));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Standardized<V, S>(float* z, float* mean, float* inverseScale)
        where V : struct
        where S : struct, ISimd<V>
    {
        V t = S.Multiply(S.Subtract(S.Load(z), S.Create(*mean)), S.Create(*inverseScale));
        return S.Min(S.Max(t, S.Create(-Farthest)), S.Create(Farthest));
    }

    /// <summary>Sets a block's LogProb.</summary>
    public struct BlockLogProb(LocationScaleParameters parameters, RowBlock block) : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* mean = parameters.Mean, inverseScale = parameters.InverseScale, z = block.Values, result = block.LogProb)
            {
                for (int r = 0; r < R; r += S.Count)
                    S.Store(LogProb<V, S>(parameters, mean, inverseScale, z + r, R), result + r);
            }
        }
    }

    /// <summary>Sets the gradient's columns to d log p / dz.</summary>
    public struct InputGradient(LocationScaleParameters parameters, RowBlock latent, RowBlock gradient) : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V nu = S.Create((float)parameters.DegreesOfFreedom), nuPlusOne = S.Create((float)parameters.DegreesOfFreedom + 1), zero = S.Create(0);
            fixed (float* mean = parameters.Mean, inverseScale = parameters.InverseScale, z = latent.Values, g = gradient.Values)
            {
                for (int d = 0; d < parameters.Dimension; d++)
                {
                    V inverse = S.Create(inverseScale[d]);
                    for (int r = 0; r < R; r += S.Count)
                    {
                        V t = Standardized<V, S>(z + d * R + r, mean + d, inverseScale + d);
                        V pull = parameters.IsNormal ? t : S.Multiply(t, S.Divide(nuPlusOne, S.MultiplyAdd(t, t, nu)));
                        S.Store(S.NegatedMultiplyAdd(pull, inverse, zero), g + d * R + r);
                    }
                }
            }
        }
    }

    /// <summary>Gradients over a block: on the latent points, the locations and the log-scales (both kept lane by lane).</summary>
    public struct Gradient(
        LocationScaleParameters parameters, RowBlock latent, AlignedBuffer weights, RowBlock latentGradient, AlignedBuffer sumMean, AlignedBuffer sumLogScale)
        : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V nu = S.Create((float)parameters.DegreesOfFreedom), nuPlusOne = S.Create((float)parameters.DegreesOfFreedom + 1), zero = S.Create(0);
            fixed (float* mean = parameters.Mean, inverseScale = parameters.InverseScale, z = latent.Values, g = latentGradient.Values)
            fixed (float* v = weights, sums = sumMean, sumsLog = sumLogScale)
            {
                bool isNormal = parameters.IsNormal;
                int dimension = parameters.Dimension;
                for (int d = 0; d < dimension; d++)
                {
                    V inverse = S.Create(inverseScale[d]);
                    V sum = S.Load(sums + d * S.Count), sumLog = S.Load(sumsLog + d * S.Count);
                    for (int r = 0; r < R; r += S.Count)
                    {
                        V weight = S.Load(v + r);
                        V t = Standardized<V, S>(z + d * R + r, mean + d, inverseScale + d);
                        V pull = S.Multiply(weight, t);
                        if (!isNormal)
                            pull = S.Multiply(pull, S.Divide(nuPlusOne, S.MultiplyAdd(t, t, nu)));
                        V slope = S.Multiply(pull, inverse);
                        sum = S.Add(sum, slope);
                        sumLog = S.Add(sumLog, S.Subtract(S.Multiply(pull, t), weight));
                        S.Store(S.Subtract(zero, slope), g + d * R + r);
                    }

                    S.Store(sum, sums + d * S.Count);
                    S.Store(sumLog, sumsLog + d * S.Count);
                }
            }
        }
    }
}
