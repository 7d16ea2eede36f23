using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Mixtures of diagonal normals.</summary>
/// <remarks>
/// 1. l_m = constant_m - 1/2 sum_d t_md^2 with t_md = (z_d - mean_md) / scale_md, kept at or above -1e37 so that differences are numbers.
/// 2. log p = max + log sum_m exp(l_m - max).
/// 3. Gradients: responsibility r_m = exp(l_m - log p); d log p / dz_d = -sum_m r_m t_md / s_md; on mean_md: r_m t_md / s_md; on
///    log s_md: r_m (t_md^2 - 1); on logit_m: r_m - weight_m.
/// A row alone is a block of one lane with stride 1: the same sums in the same order.
/// </remarks>
internal static unsafe class NormalMixtureKernel
{
    private const int R = RowBlock.Rows;
    private const float Lowest = -1e37f;

    /// <summary>log p of the lanes of one vector; leaves l_m in <paramref name="scratch"/> (M entries, <paramref name="stride"/> apart).</summary>
    public static V LogProb<V, S>(NormalMixtureParameters p, float* mean, float* inverseScale, float* constant, float* z, float* scratch, int stride)
        where V : struct
        where S : struct, ISimd<V>
    {
        V max = S.Create(Lowest), half = S.Create(-0.5f);
        for (int m = 0; m < p.Components; m++)
        {
            V sum = S.Create(0);
            float* y = z;
            for (int d = 0; d < p.Dimension; d++, y += stride, mean++, inverseScale++)
            {
                V t = S.Multiply(S.Subtract(S.Load(y), S.Create(*mean)), S.Create(*inverseScale));
                sum = S.MultiplyAdd(t, t, sum);
            }

            V l = S.Max(S.MultiplyAdd(half, sum, S.Create(constant[m])), S.Create(Lowest));
            max = S.Max(max, l);
            S.Store(l, scratch + m * stride);
        }

        V total = S.Create(0);
        for (int m = 0; m < p.Components; m++)
            total = S.Add(total, VectorMath<V, S>.Exp(S.Subtract(S.Load(scratch + m * stride), max)));
        return S.Add(max, VectorMath<V, S>.Log(total));
    }

    /// <summary>Sets a block's LogProb; leaves l_m in the first M scratch columns.</summary>
    public struct BlockLogProb(NormalMixtureParameters parameters, RowBlock block) : ISimdOperation
    {
        public readonly void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* mean = parameters.Mean, inverseScale = parameters.InverseScale, constant = parameters.Constant)
            fixed (float* z = block.Values, result = block.LogProb)
            {
                float* scratch = z + parameters.Dimension * R;
                for (int r = 0; r < R; r += S.Count)
                    S.Store(LogProb<V, S>(parameters, mean, inverseScale, constant, z + r, scratch + r, R), result + r);
            }
        }
    }

    /// <summary>Sets the gradient's columns to d log p / dz over a block whose LogProb and l_m are in place.</summary>
    public struct InputGradient(NormalMixtureParameters parameters, RowBlock latent, RowBlock gradient) : ISimdOperation
    {
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
                for (int m = 0; m < parameters.Components; m++)
                {
                    // The row weight times the responsibility takes the place of l_m.
                    float* responsibility = l + m * R;
                    V sum = S.Load(sumR + m * n);
                    for (int r = 0; r < R; r += n)
                    {
                        V share = S.Multiply(S.Load(v + r), VectorMath<V, S>.Exp(S.Subtract(S.Load(responsibility + r), S.Load(logProb + r))));
                        S.Store(share, responsibility + r);
                        sum = S.Add(sum, share);
                    }

                    S.Store(sum, sumR + m * n);
                    for (int d = 0; d < dimension; d++)
                    {
                        int entry = m * dimension + d, entryOfScale = sharedScale ? d : entry;
                        V mean = S.Create(means[entry]), inverse = S.Create(inverseScales[entry]);
                        V sumOfMean = S.Load(sumsMean + entry * n), sumOfScale = S.Load(sumsLogScale + entryOfScale * n);
                        for (int r = 0; r < R; r += n)
                        {
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
