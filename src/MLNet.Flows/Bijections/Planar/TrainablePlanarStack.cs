using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A planar stack whose parameters are being trained: forward over blocks, and analytic gradients.</summary>
/// <remarks>Flat parameters, raw and unconstrained: [W (K x D, row-major) | U (K x D) | b (K)]. The invertibility constraint is
/// applied inside (<see cref="PlanarConstraint"/>). One instance serves many threads, each with its own accumulator.</remarks>
internal sealed class TrainablePlanarStack : TrainableBijection
{
    private const int FewestColumnsToMask = 3;
    private readonly bool _maskColumns;
    private readonly PlanarPanels _panels;
    private readonly float[] _parameters;
    private readonly AlignedBuffer _u;
    private readonly double[] _constraint;
    private readonly double[] _gradientC;
    private readonly AlignedBuffer _lower;
    private float[] _gradientMask = [];

    /// <param name="dimension">D.</param>
    /// <param name="layers">K.</param>
    /// <param name="maskColumns">Whether each layer acts on its own random half of the columns; with one or two columns it acts
    /// on all.</param>
    public TrainablePlanarStack(int dimension, int layers, bool maskColumns = false)
        : base(dimension)
    {
        Layers = layers;
        _maskColumns = maskColumns && dimension >= FewestColumnsToMask;
        _panels = new PlanarPanels(dimension, layers);
        _parameters = new float[ParameterCount];
        _u = new AlignedBuffer(_panels.W.Length);
        _constraint = new double[4 * _panels.PaddedLayers];
        _gradientC = new double[_panels.PaddedLayers];
        _lower = new AlignedBuffer(_panels.PaddedLayers * _panels.PaddedLayers + 16);
    }

    public int Layers { get; }

    public override int ParameterCount => Layers * (2 * Dimension + 1);

    public override int ScratchColumns => _panels.PaddedLayers;

    public override ReadOnlySpan<float> GradientMask => _gradientMask;

    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters)
    {
        float[]? mask = _maskColumns ? PlanarInitialization.DrawMask(Dimension, Layers, random) : null;
        PlanarInitialization.Fill(data, rows, Layers, mask, random, parameters);
        if (mask is null)
            return;
        _gradientMask = new float[ParameterCount];
        Array.Fill(_gradientMask, 1);
        mask.CopyTo(_gradientMask, 0);
        mask.CopyTo(_gradientMask, mask.Length);
    }

    public override void SetParameters(ReadOnlySpan<float> parameters)
    {
        parameters.CopyTo(_parameters);
        int size = Layers * Dimension;
        _panels.SetRaw(parameters[..size], parameters.Slice(size, size), parameters.Slice(2 * size, Layers), _u, _constraint);
    }

    public override void Forward(RowBlock block, Accumulator? accumulator)
    {
        var own = (PlanarAccumulator?)accumulator;
        if (own is not null)
            block.Values.Span[..(Dimension * RowBlock.Rows)].CopyTo(own.X.Span);
        PlanarStack.Forward(_panels, block, own?.H);
    }

    public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs)
    {
        var own = (PlanarAccumulator)accumulator;
        var operation = new BackwardBlock(_panels, gradient, weights, own);
        SimdDispatch.Run(own.Width, ref operation);
        if (toInputs)
            AddInputGradient(gradient, own);
    }

    // C_kj = w_k.uHat_j carries its gradient T_kj to w_k and to uHat_j; then the constraint's chain rule.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        var own = (PlanarAccumulator)accumulator;
        PlanarGradientSums sums = own.Sums;
        int size = Layers * Dimension;
        var pullback = new Pullback(_panels, sums, _lower);
        SimdDispatch.Run(own.Width, ref pullback);
        Span<float> totals = gradient[(2 * size)..];
        LaneSums.Totals(sums.C, sums.Lanes, totals);
        for (int k = 0; k < Layers; k++)
            _gradientC[k] = totals[k];
        LaneSums.Totals(sums.B, sums.Lanes, totals);
        PlanarConstraintKernel.Backward(_panels, _u, _constraint, _gradientC, sums);
        Transposition.Of(sums.W, Dimension, Layers, sums.Stride, gradient[..size]);
        Transposition.Of(sums.UHat, Dimension, Layers, sums.Stride, gradient.Slice(size, size));
    }

    public override Accumulator CreateAccumulator(SimdWidth width) =>
        new PlanarAccumulator(Dimension, _panels.PaddedLayers, width);

    public override PlanarStack Freeze(ReadOnlySpan<float> parameters)
    {
        int size = Layers * Dimension;
        var constrained = new TrainablePlanarStack(Dimension, Layers);
        constrained.SetParameters(parameters);
        return new PlanarStack(
            Dimension, parameters[..size].ToArray(), constrained._panels.UHatRows.Span[..size].ToArray(),
            parameters.Slice(2 * size, Layers).ToArray());
    }

    // g + sum_k w_k ga_k.
    private void AddInputGradient(RowBlock gradient, PlanarAccumulator accumulator)
    {
        for (int d = 0; d < Dimension; d++)
        {
            Span<float> column = gradient.Column(d);
            for (int k = 0; k < Layers; k++)
            {
                ReadOnlySpan<float> onA = accumulator.GradientA.Span.Slice(k * RowBlock.Rows, RowBlock.Rows);
                TensorPrimitives.MultiplyAdd(onA, _parameters[k * Dimension + d], column, column);
            }
        }
    }

    private readonly ref struct BackwardBlock(
        PlanarPanels panels, RowBlock latentGradient, ReadOnlySpan<float> weights, PlanarAccumulator accumulator) : ISimdOperation
    {
        private readonly ReadOnlySpan<float> _weights = weights;

        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => PlanarBackwardKernel<V, S>.Run(panels, latentGradient, _weights, accumulator);
    }

    // On w_k it adds sum_(j<k) T_jk uHat_j, on uHat_k sum_(j>k) T_kj w_j. Zeros where T does not count let both sums run over all
    // j: two small matrix products, of T and of T transposed.
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

            MatrixKernel<V, S>.Run(panels.Dimension, panels.UHat, padded, layers, sums.T, stride, layers, sums.W, stride);
            MatrixKernel<V, S>.Run(panels.Dimension, panels.W, padded, layers, lower, padded, layers, sums.UHat, stride);
        }
    }
}
