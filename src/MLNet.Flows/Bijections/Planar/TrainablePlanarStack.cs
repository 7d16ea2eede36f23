using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A planar stack whose parameters are being trained: forward over blocks, and analytic gradients.</summary>
/// <remarks>Flat parameters, raw and unconstrained: [W (K x D, row-major) | U (K x D) | b (K)]. The invertibility constraint is applied
/// inside (<see cref="PlanarConstraint"/>). One instance serves many threads, each with its own accumulator.</remarks>
internal sealed class TrainablePlanarStack
{
    private readonly PlanarPanels _panels;
    private readonly float[] _parameters;
    private readonly float[] _uHat;
    private readonly float[] _gradientW;
    private readonly float[] _gradientUHat;
    private readonly AlignedBuffer _upper;
    private readonly AlignedBuffer _lower;

    public TrainablePlanarStack(int dimension, int layers)
    {
        Dimension = dimension;
        Layers = layers;
        _panels = new PlanarPanels(dimension, layers);
        _parameters = new float[ParameterCount];
        _uHat = new float[layers * dimension];
        _gradientW = new float[dimension];
        _gradientUHat = new float[dimension];
        int stride = PlanarGradientSums.StrideOf(_panels.PaddedLayers);
        _upper = new AlignedBuffer(stride * stride);
        _lower = new AlignedBuffer(stride * stride);
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
        for (int k = 0; k < Layers; k++)
            PlanarConstraint.Apply(Raw(0, k), Raw(1, k), _uHat.AsSpan(k * Dimension, Dimension));
        _panels.Set(_parameters.AsSpan(0, Layers * Dimension), _uHat, _parameters.AsSpan(2 * Layers * Dimension, Layers));
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

    /// <summary>Writes the accumulated gradient with respect to the raw flat parameters.</summary>
    /// <remarks>C_kj = w_k.uHat_j carries its gradient T_kj to w_k and to uHat_j; then the constraint's chain rule.</remarks>
    public void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        PlanarGradientSums sums = accumulator.Sums;
        int stride = sums.Stride, size = Layers * Dimension;
        Span<float> w = sums.W.Span, uHat = sums.UHat.Span;

        var pullback = new Pullback(_panels, sums, _upper, _lower);
        SimdDispatch.Run(accumulator.Width, ref pullback);
        for (int k = 0; k < Layers; k++)
        {
            for (int d = 0; d < Dimension; d++)
            {
                _gradientW[d] = w[d * stride + k];
                _gradientUHat[d] = uHat[d * stride + k];
            }

            PlanarConstraint.Backward(
                Raw(0, k),
                Raw(1, k),
                _gradientW,
                _gradientUHat,
                sums.Total(sums.C, k),
                gradient.Slice(k * Dimension, Dimension),
                gradient.Slice(size + k * Dimension, Dimension));
            gradient[2 * size + k] = sums.Total(sums.B, k);
        }
    }

    public Accumulator CreateAccumulator(SimdWidth width) => new(Dimension, _panels.PaddedLayers, width);

    /// <summary>The stack at these raw parameters, for scoring.</summary>
    public PlanarStack Freeze(ReadOnlySpan<float> parameters)
    {
        int size = Layers * Dimension;
        var uHat = new float[size];
        for (int k = 0; k < Layers; k++)
        {
            PlanarConstraint.Apply(
                parameters.Slice(k * Dimension, Dimension), parameters.Slice(size + k * Dimension, Dimension), uHat.AsSpan(k * Dimension, Dimension));
        }

        return new PlanarStack(Dimension, parameters[..size].ToArray(), uHat, parameters.Slice(2 * size, Layers).ToArray());
    }

    // Raw w (part 0) or u (part 1) of layer k.
    private ReadOnlySpan<float> Raw(int part, int k) => _parameters.AsSpan((part * Layers + k) * Dimension, Dimension);

    private readonly ref struct BackwardBlock(PlanarPanels panels, RowBlock latentGradient, ReadOnlySpan<float> weights, Accumulator accumulator) : ISimdOperation
    {
        private readonly ReadOnlySpan<float> _weights = weights;

        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => PlanarBackwardKernel<V, S>.Run(panels, latentGradient, _weights, accumulator);
    }

    private readonly struct Pullback(PlanarPanels panels, PlanarGradientSums sums, AlignedBuffer upper, AlignedBuffer lower) : ISimdOperation
    {
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => PlanarPullbackKernel<V, S>.Run(panels, sums, upper, lower);
    }

    /// <summary>One thread's forward state and gradient sums.</summary>
    internal sealed class Accumulator(int dimension, int paddedLayers, SimdWidth width)
    {
        public SimdWidth Width { get; } = width;

        public AlignedBuffer X { get; } = new(dimension * RowBlock.Rows);

        public AlignedBuffer H { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

        public AlignedBuffer GradientA { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

        /// <summary>h or ga turned around: 64 rows of layers.</summary>
        public AlignedBuffer Rows { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

        public PlanarGradientSums Sums { get; } = new(dimension, paddedLayers, width);

        public void Clear() => Sums.Clear();

        /// <summary>Adds the other's sums to this one's.</summary>
        public void Add(Accumulator other) => Sums.Add(other.Sums);
    }
}
