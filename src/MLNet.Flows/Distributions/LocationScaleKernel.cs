using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Products of univariate normal or Student-t densities with a location and a scale per column.</summary>
/// <remarks>
/// With t_d = (z_d - m_d) / s_d, the normal has log p = const - sum t^2 / 2 and Student-t log p = const - (nu + 1)/2 sum log(1 +
/// t^2/nu). With weight wt_d = 1 (normal) or (nu + 1)/(nu + t^2) (Student-t): d log p / dz = -wt t / s, d/dm = wt t / s, d/d log
/// s = wt t^2 - 1. A row alone sees the same sums in the same order as in a block.
/// </remarks>
internal static unsafe class LocationScaleKernel
{
    private const int R = RowBlock.Rows;
    private const float LargestDeviation = 1e18f;

    /// <summary>log p of one row, z.</summary>
    public static float LogProb(LocationScaleParameters p, ReadOnlySpan<float> z)
    {
        ReadOnlySpan<float> mean = p.Mean.Span, inverseScale = p.InverseScale.Span;
        float sum = 0;
        for (int d = 0; d < mean.Length; d++)
            sum = AddTerm<float, SimdScalar>(sum, z[d], mean[d], inverseScale[d], p.IsNormal, p.InverseNu);
        return SimdScalar.MultiplyAdd(p.Slope, sum, p.Constant);
    }

    // t^2 for the normal, log(1 + t^2/nu) for Student-t.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddTerm<V, S>(V sum, V z, V mean, V inverseScale, bool isNormal, V inverseNu)
        where V : struct
        where S : struct, ISimd<V>
    {
        V t = Standardized<V, S>(z, mean, inverseScale);
        return isNormal
            ? S.MultiplyAdd(t, t, sum)
            : S.Add(sum, VectorMath<V, S>.Log(S.MultiplyAdd(S.Multiply(t, t), inverseNu, S.Create(1))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Standardized<V, S>(V z, V mean, V inverseScale)
        where V : struct
        where S : struct, ISimd<V>
    {
        V t = S.Multiply(S.Subtract(z, mean), inverseScale);
        return S.Min(S.Max(t, S.Create(-LargestDeviation)), S.Create(LargestDeviation));
    }

    /// <summary>Sets a block's LogProb. Four vectors of rows at a time: one sum alone would wait for its own last term.</summary>
    public readonly struct BlockLogProb(LocationScaleParameters parameters, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int v = S.Count, dimension = parameters.Dimension;
            bool isNormal = parameters.IsNormal;
            V slope = S.Create(parameters.Slope), constant = S.Create(parameters.Constant);
            V inverseNu = S.Create(parameters.InverseNu);
            fixed (float* means = parameters.Mean, inverseScales = parameters.InverseScale)
            fixed (float* z = block.Values, logProb = block.LogProb)
            {
                for (int r = 0; r < R; r += 4 * v)
                {
                    V sum0 = S.Create(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                    float* y = z + r;
                    for (int d = 0; d < dimension; d++, y += R)
                    {
                        V mean = S.Create(means[d]), inverse = S.Create(inverseScales[d]);
                        sum0 = AddTerm<V, S>(sum0, S.Load(y), mean, inverse, isNormal, inverseNu);
                        sum1 = AddTerm<V, S>(sum1, S.Load(y + v), mean, inverse, isNormal, inverseNu);
                        sum2 = AddTerm<V, S>(sum2, S.Load(y + 2 * v), mean, inverse, isNormal, inverseNu);
                        sum3 = AddTerm<V, S>(sum3, S.Load(y + 3 * v), mean, inverse, isNormal, inverseNu);
                    }

                    float* result = logProb + r;
                    S.Store(S.MultiplyAdd(slope, sum0, constant), result);
                    S.Store(S.MultiplyAdd(slope, sum1, constant), result + v);
                    S.Store(S.MultiplyAdd(slope, sum2, constant), result + 2 * v);
                    S.Store(S.MultiplyAdd(slope, sum3, constant), result + 3 * v);
                }
            }
        }
    }

    /// <summary>Sets the gradient's columns to d log p / dz.</summary>
    public struct InputGradient(LocationScaleParameters parameters, RowBlock latent, RowBlock gradient) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V nu = S.Create((float)parameters.DegreesOfFreedom), nuPlusOne = S.Create((float)parameters.DegreesOfFreedom + 1);
            V zero = S.Create(0);
            fixed (float* mean = parameters.Mean, inverseScale = parameters.InverseScale, z = latent.Values, g = gradient.Values)
            {
                for (int d = 0; d < parameters.Dimension; d++)
                {
                    V center = S.Create(mean[d]), inverse = S.Create(inverseScale[d]);
                    for (int r = 0; r < R; r += S.Count)
                    {
                        V t = Standardized<V, S>(S.Load(z + d * R + r), center, inverse);
                        V pull = parameters.IsNormal ? t : S.Multiply(t, S.Divide(nuPlusOne, S.MultiplyAdd(t, t, nu)));
                        S.Store(S.NegatedMultiplyAdd(pull, inverse, zero), g + d * R + r);
                    }
                }
            }
        }
    }

    /// <summary>Gradients over a block: on the latent points, the locations and the log-scales (both kept lane by
    /// lane).</summary>
    public struct Gradient(
        LocationScaleParameters parameters, RowBlock latent, AlignedBuffer weights, RowBlock latentGradient,
        AlignedBuffer sumMean, AlignedBuffer sumLogScale)
        : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            V nu = S.Create((float)parameters.DegreesOfFreedom), nuPlusOne = S.Create((float)parameters.DegreesOfFreedom + 1);
            V zero = S.Create(0);
            fixed (float* mean = parameters.Mean, inverseScale = parameters.InverseScale)
            fixed (float* z = latent.Values, g = latentGradient.Values)
            fixed (float* v = weights, sums = sumMean, sumsLog = sumLogScale)
            {
                bool isNormal = parameters.IsNormal;
                int dimension = parameters.Dimension;
                for (int d = 0; d < dimension; d++)
                {
                    V center = S.Create(mean[d]), inverse = S.Create(inverseScale[d]);
                    V sum = S.Load(sums + d * S.Count), sumLog = S.Load(sumsLog + d * S.Count);
                    for (int r = 0; r < R; r += S.Count)
                    {
                        V weight = S.Load(v + r);
                        V t = Standardized<V, S>(S.Load(z + d * R + r), center, inverse);
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
