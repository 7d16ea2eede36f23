using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A planar stack whose parameters are being trained: forward over blocks, and analytic gradients.</summary>
/// <remarks>Flat parameters, raw and unconstrained: [W (K x D, row-major) | U (K x D) | b (K)]. The invertibility constraint is applied
/// inside (<see cref="PlanarConstraint"/>). One instance serves many threads, each with its own accumulator.</remarks>
internal sealed class TrainablePlanarStack
{
    private readonly PlanarPanels _panels;
    private readonly float[] _parameters;
    private readonly AlignedBuffer _u;
    private readonly double[] _constraint;
    private readonly double[] _gradientC;
    private readonly AlignedBuffer _lower;

    public TrainablePlanarStack(int dimension, int layers)
    {
        Dimension = dimension;
        Layers = layers;
        _panels = new PlanarPanels(dimension, layers);
        _parameters = new float[ParameterCount];
        _u = new AlignedBuffer(_panels.W.Length);
        _constraint = new double[4 * _panels.PaddedLayers];
        _gradientC = new double[_panels.PaddedLayers];
        _lower = new AlignedBuffer(_panels.PaddedLayers * _panels.PaddedLayers + 16);
    }

    public int Dimension { get; }

    public int Layers { get; }

    public int ParameterCount => Layers * (2 * Dimension + 1);

    /// <summary>Scratch columns that <see cref="Forward(RowBlock)"/> needs behind a block's own.</summary>
    public int ScratchColumns => _panels.PaddedLayers;

    /// <summary>Takes new raw parameters; not to be called while gradients are being accumulated.</summary>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        parameters.CopyTo(_parameters);
        int size = Layers * Dimension;
        _panels.SetRaw(parameters[..size], parameters.Slice(size, size), parameters.Slice(2 * size, Layers), _u, _constraint);
    }

    /// <summary>x to z in place, adding log|det| to LogDet; the same bits as the frozen <see cref="PlanarStack"/>.</summary>
    public void Forward(RowBlock block) => PlanarStack.Forward(_panels, block, null);

    /// <summary>As <see cref="Forward(RowBlock)"/>, keeping in the accumulator what <see cref="Backward"/> needs.</summary>
    public void Forward(RowBlock block, Accumulator accumulator)
    {
        block.Values.Span[..(Dimension * RowBlock.Rows)].CopyTo(accumulator.X.Span);
        PlanarStack.Forward(_panels, block, accumulator.H);
    }

    /// <summary>Adds to the accumulator the gradient of sum_r weight_r (log|det|_r + log p_Z(z_r)) for the block last run forward.</summary>
    /// <param name="latentGradient">In its first D columns, weight_r d log p_Z(z_r) / d z_r.</param>
    /// <param name="weights">64 row weights; 0 for rows beyond the count.</param>
    /// <param name="accumulator">The one given to Forward.</param>
    public void Backward(RowBlock latentGradient, ReadOnlySpan<float> weights, Accumulator accumulator)
    {
        var operation = new BackwardBlock(_panels, latentGradient, weights, accumulator);
        SimdDispatch.Run(accumulator.Width, ref operation);
    }

    /// <summary>Overwrites the latent gradient given to <see cref="Backward"/> with the gradient with respect to the inputs: g + sum_k w_k ga_k.</summary>
    public void InputGradient(RowBlock gradient, Accumulator accumulator)
    {
        for (int d = 0; d < Dimension; d++)
        {
            Span<float> column = gradient.Column(d);
            for (int k = 0; k < Layers; k++)
                TensorPrimitives.MultiplyAdd(accumulator.GradientA.Span.Slice(k * RowBlock.Rows, RowBlock.Rows), _parameters[k * Dimension + d], column, column);
        }
    }

    /// <summary>Writes the accumulated gradient with respect to the raw flat parameters; the accumulator's sums are used up.</summary>
    /// <remarks>C_kj = w_k.uHat_j carries its gradient T_kj to w_k and to uHat_j; then the constraint's chain rule.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        PlanarGradientSums sums = accumulator.Sums;
        int size = Layers * Dimension;
        var pullback = new Pullback(_panels, sums, _lower);
        SimdDispatch.Run(accumulator.Width, ref pullback);
        Span<float> totals = gradient[(2 * size)..];
        LaneSums.Totals(sums.C, sums.Lanes, totals);
        for (int k = 0; k < Layers; k++)
            _gradientC[k] = totals[k];
        LaneSums.Totals(sums.B, sums.Lanes, totals);
        PlanarConstraintKernel.Backward(_panels, _u, _constraint, _gradientC, sums);
        Transposition.Of(sums.W, Dimension, Layers, sums.Stride, gradient[..size]);
        Transposition.Of(sums.UHat, Dimension, Layers, sums.Stride, gradient.Slice(size, size));
    }

    public Accumulator CreateAccumulator(SimdWidth width) => new(Dimension, _panels.PaddedLayers, width);

    /// <summary>The stack at these raw parameters, for scoring.</summary>
    public PlanarStack Freeze(ReadOnlySpan<float> parameters)
    {
        int size = Layers * Dimension;
        var constrained = new TrainablePlanarStack(Dimension, Layers);
        constrained.SetParameters(parameters);
        return new PlanarStack(
            Dimension, parameters[..size].ToArray(), constrained._panels.UHatRows.Span[..size].ToArray(), parameters.Slice(2 * size, Layers).ToArray());
    }

    private readonly ref struct BackwardBlock(PlanarPanels panels, RowBlock latentGradient, ReadOnlySpan<float> weights, Accumulator accumulator) : ISimdOperation
    {
        private readonly ReadOnlySpan<float> _weights = weights;

        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => PlanarBackwardKernel<V, S>.Run(panels, latentGradient, _weights, accumulator);
    }

    // On w_k it adds sum_(j<k) T_jk uHat_j, on uHat_k sum_(j>k) T_kj w_j. Zeros where T does not count let both sums run over all j: two small matrix products,
    // of T and of T transposed.
    private readonly struct Pullback(PlanarPanels panels, PlanarGradientSums sums, AlignedBuffer lower) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int stride = sums.Stride, layers = panels.Layers, padded = panels.PaddedLayers;
            for (int j = 0; j < padded; j++)
                sums.T.Span.Slice(j * stride, j + 1).Clear();
            Transposition.Of(sums.T, padded, padded, stride, lower.Span[..(padded * padded)]);

            PlanarMatrixKernel<V, S>.Run(panels.Dimension, panels.UHat, padded, layers, sums.T, stride, layers, sums.W, stride);
            PlanarMatrixKernel<V, S>.Run(panels.Dimension, panels.W, padded, layers, lower, padded, layers, sums.UHat, stride);
        }
    }

    /// <summary>One thread's forward state and gradient sums.</summary>
    internal sealed class Accumulator(int dimension, int paddedLayers, SimdWidth width)
    {
        public SimdWidth Width { get; } = width;

        public AlignedBuffer X { get; } = new(dimension * RowBlock.Rows);

        public AlignedBuffer H { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

        public AlignedBuffer GradientA { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

        /// <summary>h or ga transposed: 64 rows of layers.</summary>
        public AlignedBuffer Rows { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

        public PlanarGradientSums Sums { get; } = new(dimension, paddedLayers, width);

        public void Clear() => Sums.Clear();

        /// <summary>Adds the other's sums to this one's.</summary>
        public void Add(Accumulator other) => Sums.Add(other.Sums);
    }
}
