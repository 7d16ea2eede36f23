using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>log p of a mixture of normals that share one scale, by products with the means: one multiply-add a value and
/// component where differences (<see cref="NormalMixtureKernel"/>) take two.</summary>
/// <remarks>
/// 1. With y = z / scale and w_m = mean_m / scale, |y - w_m|^2 = |y|^2 - 2 w_m y + |w_m|^2. Hence log p = -|y|^2 / 2 +
///    log sum_m exp(k_m + w_m y) with k_m = constant_m - |w_m|^2 / 2: a dense layer, then a log-sum-exp.
/// 2. |y|^2 is taken away from what holds it too, so an error of rounding grows with it: below |y|^2 = 2048 it is less than
///    3e-4 nats, and where a row is that far out its log p is -1000 unless a component lies out there as well. Rows
///    further out go by differences, whichever rows they share a block with.
/// 3. A row alone takes the same sums in the same order as in a block.
/// </remarks>
internal sealed unsafe class SharedScaleMixture
{
    private const int R = RowBlock.Rows;
    private const float LargestHalfSquare = 1024;

    // Beyond, a component is out of any row's reach and could leave single precision.
    private const double LargestMean = 1e6;

    // Below, the pass over y costs more than it saves.
    private const int FewestComponents = 8;

    private readonly NormalMixtureParameters _parameters;
    private readonly DenseLayer _products;
    private readonly AlignedBuffer _inverseScale;

    private SharedScaleMixture(NormalMixtureParameters parameters, DenseLayer products)
    {
        (_parameters, _products) = (parameters, products);
        _inverseScale = new AlignedBuffer(parameters.Dimension);
        parameters.InverseScale.Span[..parameters.Dimension].CopyTo(_inverseScale.Span);
    }

    /// <summary>Scratch columns: the terms, then y.</summary>
    public int ScratchColumns => Scratch(_parameters.Dimension, _parameters.Components);

    /// <summary>The scratch columns of any mixture of this size.</summary>
    public static int Scratch(int dimension, int components) => DenseLayer.Padded(components) + dimension;

    /// <param name="parameters">Of components that share their scale.</param>
    /// <returns>Null where differences are better: few components, or means too far out.</returns>
    public static SharedScaleMixture? Of(NormalMixtureParameters parameters)
    {
        int dimension = parameters.Dimension, components = parameters.Components;
        if (components < FewestComponents || dimension == 0)
            return null;
        var weights = new float[components * dimension];
        var biases = new float[components];
        ReadOnlySpan<float> offsets = parameters.Offset.Span, constants = parameters.Constant.Span;
        for (int m = 0; m < components; m++)
        {
            double square = 0;
            for (int entry = m * dimension; entry < (m + 1) * dimension; entry++)
            {
                weights[entry] = -offsets[entry];
                square += (double)weights[entry] * weights[entry];
            }

            if (!(square < LargestMean * LargestMean))
                return null;
            biases[m] = (float)(constants[m] - square / 2);
        }

        return new SharedScaleMixture(parameters, new DenseLayer(dimension, components, weights, biases));
    }

    /// <summary>Sets a block's LogProb.</summary>
    public void LogProb(RowBlock block, CategoryTables? categories)
    {
        var operation = new BlockLogProb(this, block, categories);
        SimdDispatch.Run(block.Width, ref operation);
    }

    /// <summary>log p of one row.</summary>
    /// <param name="row">With <see cref="ScratchColumns"/>.</param>
    /// <param name="logShares">[M], added to the terms; empty for none.</param>
    public float LogProb(RowWorkspace row, ReadOnlySpan<float> logShares)
    {
        var operation = new RowLogProb(this, row, logShares);
        SimdDispatch.Run(row.Width, ref operation);
        return operation.Result;
    }

    // Of one row or a vector of rows, y and |y|^2 / 2.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Scale<V, S>(float* z, float* inverseScale, int dimension, int stride, float* y)
        where V : struct
        where S : struct, ISimd<V>
    {
        V half = S.Create(0.5f), sum = S.Create(0);
        for (int d = 0; d < dimension; d++)
        {
            V scaled = S.Multiply(S.Load(z + d * stride), S.Create(inverseScale[d]));
            S.Store(scaled, y + d * stride);
            sum = S.MultiplyAdd(S.Multiply(scaled, half), scaled, sum);
        }

        return sum;
    }

    private readonly struct BlockLogProb(SharedScaleMixture mixture, RowBlock block, CategoryTables? categories) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int dimension = block.Dimension, components = mixture._parameters.Components;
            float* halfSquares = stackalloc float[R], found = stackalloc float[R];
            V limit = S.Create(LargestHalfSquare), one = S.Create(1), zero = S.Create(0), far = zero;
            fixed (float* z = block.Values, inverseScale = mixture._inverseScale, logProb = block.LogProb)
            {
                float* l = z + dimension * R, y = l + mixture._products.PaddedOutputs * R;
                for (int r = 0; r < R; r += S.Count)
                {
                    V halfSquare = Scale<V, S>(z + r, inverseScale, dimension, R, y + r);
                    S.Store(halfSquare, halfSquares + r);
                    far = S.Add(far, S.SelectLess(halfSquare, limit, zero, one));
                }

                DenseKernel<V, S>.Run(mixture._products.Panels, y, l, -ValueLimit.Largest);
                categories?.AddTo(block);
                LogSumExpKernel.Run<V, S>(l, components, logProb);
                for (int r = 0; r < R; r += S.Count)
                    S.Store(S.Subtract(S.Load(logProb + r), S.Load(halfSquares + r)), logProb + r);
                if (S.IsZero(far))
                    return;
                new Span<float>(logProb, R).CopyTo(new Span<float>(found, R));
                new NormalMixtureKernel.BlockLogProb(mixture._parameters, block, categories).Run<V, S>();
                for (int r = 0; r < R; r += S.Count)
                {
                    S.Store(
                        S.SelectLess(S.Load(halfSquares + r), limit, S.Load(found + r), S.Load(logProb + r)),
                        logProb + r);
                }
            }
        }
    }

    private ref struct RowLogProb(SharedScaleMixture mixture, RowWorkspace row, ReadOnlySpan<float> logShares) : ISimdOperation
    {
        private readonly ReadOnlySpan<float> _logShares = logShares;

        public float Result { get; private set; }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            NormalMixtureParameters parameters = mixture._parameters;
            float halfSquare;
            fixed (float* z = row.Values, inverseScale = mixture._inverseScale, l = row.Scratch)
            {
                float* y = l + mixture._products.PaddedOutputs;
                halfSquare = Scale<float, SimdScalar>(z, inverseScale, parameters.Dimension, 1, y);
                DenseRowKernel<V, S>.Run(mixture._products, y, l, -ValueLimit.Largest);
            }

            Result = halfSquare < LargestHalfSquare
                ? LogSumExpKernel.Run(row.Scratch.Span[..parameters.Components], _logShares) - halfSquare
                : NormalMixtureKernel.LogProb(parameters, row.Values.Span, row.Scratch.Span, _logShares);
        }
    }
}
