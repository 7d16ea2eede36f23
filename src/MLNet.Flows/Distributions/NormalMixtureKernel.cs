using System.Runtime.CompilerServices;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Mixtures of diagonal normals.</summary>
/// <remarks>
/// 1. l_m = constant_m - 1/2 sum_d t_md^2 with t_md = (z_d - mean_md) / scale_md, as z_d / scale_md plus an offset made once, so
///    that a term is two operations; l_m is kept at or above -1e37 so that differences are numbers.
/// 2. log p = log sum_m exp(l_m) (<see cref="LogSumExpKernel"/>).
/// 3. Gradients: responsibility r_m = exp(l_m - log p); d log p / dz_d = -sum_m r_m t_md / s_md; on mean_md: r_m t_md / s_md; on
///    log s_md: r_m (t_md^2 - 1); on logit_m: r_m - weight_m. What is the same for all rows, 1 / s_md and the sum of r_m, is
///    taken out of the sums over rows.
/// 4. Of many components a row belongs to a few: a responsibility below 1e-7, less than rounding loses of the others, counts as 0
///    in the gradients, and vectors of rows that are 0 throughout are passed over before the exponential is
///    taken. A row alone sees the same sums in the same order as in a block.
/// </remarks>
internal static unsafe class NormalMixtureKernel
{
    private const int R = RowBlock.Rows;
    private const float Lowest = -1e37f;
    private const float NegligibleLogShare = -16.1181f;

    /// <summary>log p of one row, z; leaves l_m in <paramref name="scratch"/>.</summary>
    /// <param name="p">The components.</param>
    /// <param name="z">[d].</param>
    /// <param name="scratch">[M].</param>
    /// <param name="logShares">[M], added to l_m; empty for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float LogProb(
        NormalMixtureParameters p, ReadOnlySpan<float> z, Span<float> scratch, ReadOnlySpan<float> logShares = default)
    {
        ReadOnlySpan<float> offsets = p.Offset.Span, inverseScales = p.InverseScale.Span, constants = p.Constant.Span;
        for (int m = 0, entry = 0; m < p.Components; m++)
        {
            float sum = 0;
            for (int d = 0; d < p.Dimension; d++, entry++)
                sum = AddTerm<float, SimdScalar>(sum, z[d], inverseScales[entry], offsets[entry]);
            scratch[m] = Component<float, SimdScalar>(sum, constants[m]);
        }

        return LogSumExpKernel.Run(scratch[..p.Components], logShares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V AddTerm<V, S>(V sum, V z, V inverseScale, V offset)
        where V : struct
        where S : struct, ISimd<V>
    {
        V t = S.MultiplyAdd(z, inverseScale, offset);
        return S.MultiplyAdd(t, t, sum);
    }

    // l_m, step 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Component<V, S>(V sumOfSquares, V constant)
        where V : struct
        where S : struct, ISimd<V> => S.Max(S.MultiplyAdd(S.Create(-0.5f), sumOfSquares, constant), S.Create(Lowest));

    // e^x, or 0 where x is below the limit; a vector that is below it throughout costs no exponential.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpOrZero<V, S>(V x, float limit)
        where V : struct
        where S : struct, ISimd<V>
    {
        V zero = S.Create(0), kept = S.SelectLess(x, S.Create(limit), zero, S.Create(1));
        return S.IsZero(kept) ? zero : S.Multiply(kept, VectorMath<V, S>.Exp(x));
    }

    /// <summary>Sets a block's LogProb; leaves l_m in the first M scratch columns. Four vectors of rows at a time: one sum alone
    /// would wait for its own last term.</summary>
    public readonly struct BlockLogProb(NormalMixtureParameters parameters, RowBlock block, CategoryTables? categories = null)
        : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int v = S.Count, dimension = parameters.Dimension, components = parameters.Components;
            fixed (float* offsets = parameters.Offset, inverseScales = parameters.InverseScale, constants = parameters.Constant)
            fixed (float* z = block.Values, logProb = block.LogProb)
            {
                float* l = z + dimension * R;
                for (int m = 0; m < components; m++)
                {
                    float* inverseScale = inverseScales + m * dimension, offset = offsets + m * dimension;
                    V constant = S.Create(constants[m]);
                    for (int r = 0; r < R; r += 4 * v)
                    {
                        V sum0 = S.Create(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
                        float* y = z + r;
                        for (int d = 0; d < dimension; d++, y += R)
                        {
                            V inverse = S.Create(inverseScale[d]), shift = S.Create(offset[d]);
                            sum0 = AddTerm<V, S>(sum0, S.Load(y), inverse, shift);
                            sum1 = AddTerm<V, S>(sum1, S.Load(y + v), inverse, shift);
                            sum2 = AddTerm<V, S>(sum2, S.Load(y + 2 * v), inverse, shift);
                            sum3 = AddTerm<V, S>(sum3, S.Load(y + 3 * v), inverse, shift);
                        }

                        float* to = l + m * R + r;
                        S.Store(Component<V, S>(sum0, constant), to);
                        S.Store(Component<V, S>(sum1, constant), to + v);
                        S.Store(Component<V, S>(sum2, constant), to + 2 * v);
                        S.Store(Component<V, S>(sum3, constant), to + 3 * v);
                    }
                }

                categories?.AddTo(block);
                LogSumExpKernel.Run<V, S>(l, components, logProb);
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
            fixed (float* offsets = parameters.Offset, inverseScales = parameters.InverseScale)
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
                            V t = S.MultiplyAdd(S.Load(z + d * R + r), inverse, S.Create(offsets[m * dimension + d]));
                            S.Store(
                                S.NegatedMultiplyAdd(S.Multiply(responsibility, t), inverse, S.Load(g + d * R + r)),
                                g + d * R + r);
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
            fixed (float* offsets = parameters.Offset, inverseScales = parameters.InverseScale)
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
                    V sum = S.Create(0);
                    int count = 0;
                    for (int r = 0; r < R; r += n)
                    {
                        V share = ExpOrZero<V, S>(
                            S.Subtract(S.Load(responsibility + r), S.Load(logProb + r)), NegligibleLogShare);
                        if (S.IsZero(share))
                            continue;
                        share = S.Multiply(S.Load(v + r), share);
                        groups[count++] = r;
                        S.Store(share, responsibility + r);
                        sum = S.Add(sum, share);
                    }

                    if (count == 0)
                        continue;
                    S.Store(S.Add(S.Load(sumR + m * n), sum), sumR + m * n);
                    float* inverseScale = inverseScales + m * dimension, offset = offsets + m * dimension;
                    float* sumMeans = sumsMean + m * dimension * n;
                    float* sumLogScales = sumsLogScale + (sharedScale ? 0 : m * dimension * n);
                    int d = 0;
                    for (; d + 1 < dimension; d += 2)
                    {
                        // Two columns share what is read of the responsibilities.
                        V inverse0 = S.Create(inverseScale[d]), inverse1 = S.Create(inverseScale[d + 1]);
                        V offset0 = S.Create(offset[d]), offset1 = S.Create(offset[d + 1]);
                        V pulls0 = S.Create(0), pulls1 = pulls0, squares0 = pulls0, squares1 = pulls0;
                        for (int i = 0; i < count; i++)
                        {
                            int at = d * R + groups[i];
                            V share = S.Load(responsibility + groups[i]);
                            AddRows<V, S>(share, z + at, g + at, inverse0, offset0, ref pulls0, ref squares0);
                            AddRows<V, S>(share, z + at + R, g + at + R, inverse1, offset1, ref pulls1, ref squares1);
                        }

                        AddSums<V, S>(pulls0, squares0, sum, inverse0, sumMeans + d * n, sumLogScales + d * n);
                        AddSums<V, S>(pulls1, squares1, sum, inverse1, sumMeans + d * n + n, sumLogScales + d * n + n);
                    }

                    if (d < dimension)
                    {
                        V inverse0 = S.Create(inverseScale[d]), offset0 = S.Create(offset[d]), pulls0 = S.Create(0);
                        V squares0 = pulls0;
                        for (int i = 0; i < count; i++)
                        {
                            int at = d * R + groups[i];
                            AddRows<V, S>(
                                S.Load(responsibility + groups[i]), z + at, g + at, inverse0, offset0, ref pulls0, ref squares0);
                        }

                        AddSums<V, S>(pulls0, squares0, sum, inverse0, sumMeans + d * n, sumLogScales + d * n);
                    }
                }
            }
        }

        // A vector of rows' part in a column: sum r t and sum r t^2, and d log p / dz.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AddRows<V, S>(V share, float* z, float* g, V inverseScale, V offset, ref V pulls, ref V squares)
            where V : struct
            where S : struct, ISimd<V>
        {
            V t = S.MultiplyAdd(S.Load(z), inverseScale, offset), pull = S.Multiply(share, t);
            pulls = S.Add(pulls, pull);
            squares = S.MultiplyAdd(pull, t, squares);
            S.Store(S.NegatedMultiplyAdd(pull, inverseScale, S.Load(g)), g);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void AddSums<V, S>(V pulls, V squares, V shares, V inverseScale, float* sumMean, float* sumLogScale)
            where V : struct
            where S : struct, ISimd<V>
        {
            S.Store(S.MultiplyAdd(pulls, inverseScale, S.Load(sumMean)), sumMean);
            S.Store(S.Add(S.Load(sumLogScale), S.Subtract(squares, shares)), sumLogScale);
        }
    }
}
