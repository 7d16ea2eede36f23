using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Mixtures of diagonal normals.</summary>
/// <remarks>
/// 1. l_m = constant_m - 1/2 sum_d t_md^2 with t_md = (z_d - mean_md) / scale_md, kept at or above -1e37 so that differences are numbers.
/// 2. log p = max + log sum_m exp(l_m - max).
/// 3. Gradients: responsibility r_m = exp(l_m - log p); d log p / dz_d = -sum_m r_m t_md / s_md; on mean_md: r_m t_md / s_md; on
///    log s_md: r_m (t_md^2 - 1); on logit_m: r_m - weight_m.
/// 4. Of many components a row belongs to a few: a responsibility below 1e-7, less than rounding loses of the others, counts as 0 in the gradients, and
///    vectors of rows that are 0 throughout are passed over.
/// A row alone sees the same sums in the same order as in a block.
/// </remarks>
internal static unsafe class NormalMixtureKernel
{
    private const int R = RowBlock.Rows;
    private const float Lowest = -1e37f;
    private const float Negligible = 1e-7f;

    /// <summary>log p of one row, z; leaves l_m in <paramref name="scratch"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float LogProb(NormalMixtureParameters p, ReadOnlySpan<float> z, Span<float> scratch)
    {
        ReadOnlySpan<float> means = p.Mean.Span, inverseScales = p.InverseScale.Span, constants = p.Constant.Span;
        float max = Lowest;
        for (int m = 0, entry = 0; m < p.Components; m++)
        {
            float sum = 0;
            for (int d = 0; d < p.Dimension; d++, entry++)
                sum = AddTerm<float, SimdScalar>(sum, z[d], means[entry], inverseScales[entry]);
            max = SimdScalar.Max(max, scratch[m] = Component<float, SimdScalar>(sum, constants[m]));
        }

        float total = 0;
        for (int m = 0; m < p.Components; m++)
            total += VectorMath<float, SimdScalar>.Exp(scratch[m] - max);
        return max + VectorMath<float, SimdScalar>.Log(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddTerm<V, S>(V sum, V z, V mean, V inverseScale)
        where V : struct
        where S : struct, ISimd<V>
    {
        V t = S.Multiply(S.Subtract(z, mean), inverseScale);
        return S.MultiplyAdd(t, t, sum);
    }

    // l_m, step 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Component<V, S>(V sumOfSquares, V constant)
        where V : struct
        where S : struct, ISimd<V> => S.Max(S.MultiplyAdd(S.Create(-0.5f), sumOfSquares, constant), S.Create(Lowest));

    /// <summary>Sets a block's LogProb; leaves l_m in the first M scratch columns. Four vectors of rows at a time: one sum alone would wait for its own
    /// last term.</summary>
    public readonly struct BlockLogProb(NormalMixtureParameters parameters, RowBlock block) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int v = S.Count, dimension = parameters.Dimension, components = parameters.Components;
            fixed (float* means = parameters.Mean, inverseScales = parameters.InverseScale, constants = parameters.Constant)
            fixed (float* z = block.Values, logProb = block.LogProb)
            {
                float* l = z + dimension * R;
                for (int m = 0; m < components; m++)
                {
                    float* mean = means + m * dimension, inverseScale = inverseScales + m * dimension;
                    V constant = S.Create(constants[m]);
                    for (int r = 0; r < R; r += 4 * v)
                    {
                        V sum0 = S.Create(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                        float* y = z + r;
                        for (int d = 0; d < dimension; d++, y += R)
                        {
                            V center = S.Create(mean[d]), inverse = S.Create(inverseScale[d]);
                            sum0 = AddTerm<V, S>(sum0, S.Load(y), center, inverse);
                            sum1 = AddTerm<V, S>(sum1, S.Load(y + v), center, inverse);
                            sum2 = AddTerm<V, S>(sum2, S.Load(y + 2 * v), center, inverse);
                            sum3 = AddTerm<V, S>(sum3, S.Load(y + 3 * v), center, inverse);
                        }

                        float* to = l + m * R + r;
                        S.Store(Component<V, S>(sum0, constant), to);
                        S.Store(Component<V, S>(sum1, constant), to + v);
                        S.Store(Component<V, S>(sum2, constant), to + 2 * v);
                        S.Store(Component<V, S>(sum3, constant), to + 3 * v);
                    }
                }

                for (int r = 0; r < R; r += v)
                {
                    V max = S.Create(Lowest), total = S.Create(0);
                    for (int m = 0; m < components; m++)
                        max = S.Max(max, S.Load(l + m * R + r));
                    for (int m = 0; m < components; m++)
                        total = S.Add(total, VectorMath<V, S>.Exp(S.Subtract(S.Load(l + m * R + r), max)));
                    S.Store(S.Add(max, VectorMath<V, S>.Log(total)), logProb + r);
                }
            }
        }
    }

    /// <summary>Sets the gradient's columns to d log p / dz over a block whose LogProb and l_m are in place.</summary>
    public struct InputGradient(NormalMixtureParameters parameters, RowBlock latent, RowBlock gradient) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int dimension = parameters.Dimension;
            gradient.Values.Span[..(dimension * R)].Clear();
            fixed (float* means = parameters.Mean, inverseScales = parameters.InverseScale)
            fixed (float* z = latent.Values, logProb = latent.LogProb, g = gradient.Values)
            {
                float* l = z + dimension * R;
                for (int m = 0; m < parameters.Components; m++)
                {
                    for (int r = 0; r < R; r += S.Count)
                    {
                        V responsibility = VectorMath<V, S>.Exp(S.Subtract(S.Load(l + m * R + r), S.Load(logProb + r)));
                        for (int d = 0; d < dimension; d++)
                        {
                            V inverse = S.Create(inverseScales[m * dimension + d]);
                            V t = S.Multiply(S.Subtract(S.Load(z + d * R + r), S.Create(means[m * dimension + d])), inverse);
                            S.Store(S.NegatedMultiplyAdd(S.Multiply(responsibility, t), inverse, S.Load(g + d * R + r)), g + d * R + r);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Gradients over a block whose LogProb and l_m are in place; sums are kept lane by lane.</summary>
    public struct Gradient(
        NormalMixtureParameters parameters,
        RowBlock latent,
        AlignedBuffer weights,
        RowBlock latentGradient,
        AlignedBuffer sumResponsibility,
        AlignedBuffer sumMean,
        AlignedBuffer sumLogScale,
        bool sharedScale) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int n = S.Count, dimension = parameters.Dimension;
            fixed (float* means = parameters.Mean, inverseScales = parameters.InverseScale)
            fixed (float* z = latent.Values, logProb = latent.LogProb, g = latentGradient.Values, v = weights)
            fixed (float* sumR = sumResponsibility, sumsMean = sumMean, sumsLogScale = sumLogScale)
            {
                latentGradient.Values.Span[..(dimension * R)].Clear();
                float* l = z + dimension * R;
                int* groups = stackalloc int[R];
                for (int m = 0; m < parameters.Components; m++)
                {
                    // The row weight times the responsibility takes the place of l_m.
                    float* responsibility = l + m * R;
                    V sum = S.Load(sumR + m * n);
                    int count = 0;
                    for (int r = 0; r < R; r += n)
                    {
                        V share = VectorMath<V, S>.Exp(S.Subtract(S.Load(responsibility + r), S.Load(logProb + r)));
                        share = S.SelectLess(share, S.Create(Negligible), S.Create(0), S.Multiply(S.Load(v + r), share));
                        if (S.IsZero(share))
                            continue;
                        groups[count++] = r;
                        S.Store(share, responsibility + r);
                        sum = S.Add(sum, share);
                    }

                    if (count == 0)
                        continue;
                    S.Store(sum, sumR + m * n);
                    for (int d = 0; d < dimension; d++)
                    {
                        int entry = m * dimension + d, entryOfScale = sharedScale ? d : entry;
                        V mean = S.Create(means[entry]), inverse = S.Create(inverseScales[entry]);
                        V sumOfMean = S.Load(sumsMean + entry * n), sumOfScale = S.Load(sumsLogScale + entryOfScale * n);
                        for (int i = 0; i < count; i++)
                        {
                            int r = groups[i];
                            V t = S.Multiply(S.Subtract(S.Load(z + d * R + r), mean), inverse);
                            V share = S.Load(responsibility + r);
                            V pull = S.Multiply(share, t);
                            sumOfMean = S.MultiplyAdd(pull, inverse, sumOfMean);
                            sumOfScale = S.Add(sumOfScale, S.Subtract(S.Multiply(pull, t), share));
                            S.Store(S.NegatedMultiplyAdd(pull, inverse, S.Load(g + d * R + r)), g + d * R + r);
                        }

                        S.Store(sumOfMean, sumsMean + entry * n);
                        S.Store(sumOfScale, sumsLogScale + entryOfScale * n);
                    }
                }
            }
        }
    }
}
