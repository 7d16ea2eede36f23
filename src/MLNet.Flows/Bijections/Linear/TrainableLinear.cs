using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Linear;

/// <summary>An invertible linear map in training, by its factors: W = L U with a lower triangle L with ones on the diagonal and
/// an upper one U with a positive diagonal; z = W x + b.</summary>
/// <remarks>
/// Flat parameters: [L below the diagonal, row by row | U above it, row by row | log-diagonal of U (d) | b (d)]; what is off the
/// diagonals is the parameter over sqrt(d), so that a step of the optimizer turns the map by about the same angle whatever d.
/// log|det W| = sum of log-diagonal. Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.2.
/// It starts as the identity, where the paper has a random rotation. A rotation mixes heavy tails into all columns before
/// training has a reason to, and a permutation undoes what masks in pairs are for, that each column is changed as often as any
/// other.
/// </remarks>
internal sealed class TrainableLinear : TrainableBijection
{
    private readonly TrainablePerceptron _layer;
    private readonly double[] _lower;
    private readonly double[] _upper;
    private readonly float[] _logDiagonal;
    private readonly float _scale;
    private float _logDet;

    public TrainableLinear(int dimension)
        : base(dimension)
    {
        _scale = 1 / MathF.Sqrt(dimension);
        _layer = new TrainablePerceptron([dimension, dimension]);
        (_lower, _upper) = (new double[dimension * dimension], new double[dimension * dimension]);
        _logDiagonal = new float[dimension];
    }

    public override int ParameterCount => checked(Dimension * Dimension + Dimension);

    public override int ScratchColumns => _layer.Network.ActivationLength;

    private int Triangle => Dimension * (Dimension - 1) / 2;

    public override void Initialize(
        FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters) => parameters.Clear();

    public override void SetParameters(ReadOnlySpan<float> parameters) => _layer.SetParameters(Weights(parameters));

    public override void Forward(RowBlock block, Accumulator? accumulator)
    {
        var operation = new BlockForward(_layer.Network, block, (Sums?)accumulator);
        SimdDispatch.Run(block.Width, ref operation);
        foreach (ref float logDet in block.LogDet.Span[..RowBlock.Rows])
            logDet += _logDet;
    }

    public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs)
    {
        var sums = (Sums)accumulator;
        foreach (float weight in weights)
            sums.Weight += weight;
        var operation = new BlockBackward(_layer.Network, gradient, sums, toInputs);
        SimdDispatch.Run(gradient.Width, ref operation);
    }

    public override Accumulator CreateAccumulator(SimdWidth width) => new Sums(_layer.Network);

    // With G = dL/dW: dL/dL = G U^T below the diagonal, dL/dU = L^T G on and above it.
    public override void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        var sums = (Sums)accumulator;
        int n = Dimension, at = 0;
        var onLayer = new float[n * n + n];
        _layer.FinishGradient(sums.Layer, onLayer);
        var onProduct = new double[n * n];
        for (int i = 0; i < onProduct.Length; i++)
            onProduct[i] = onLayer[i];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                gradient[at++] = _scale * (float)TensorPrimitives.Dot<double>(
                    onProduct.AsSpan(i * n + j, n - j), _upper.AsSpan(j * n + j, n - j));
        }

        var row = new double[n];
        for (int i = 0; i < n; i++)
        {
            Array.Clear(row);
            for (int k = i; k < n; k++)
                TensorPrimitives.MultiplyAdd<double>(onProduct.AsSpan(k * n, n), _lower[k * n + i], row, row);
            for (int j = i + 1; j < n; j++)
                gradient[at++] = _scale * (float)row[j];
            gradient[2 * Triangle + i] = (float)(row[i] * _upper[i * n + i] + sums.Weight);
        }

        onLayer.AsSpan(n * n).CopyTo(gradient[(2 * Triangle + n)..]);
        LogScales.DropOutOfRange(_logDiagonal, gradient.Slice(2 * Triangle, n));
    }

    public override LinearMap Freeze(ReadOnlySpan<float> parameters)
    {
        float[] weights = Weights(parameters);
        int n = Dimension;
        return new LinearMap(new DenseLayer(n, n, weights[..(n * n)], weights[(n * n)..]));
    }

    // [W, row-major | b]; remembers the factors.
    private float[] Weights(ReadOnlySpan<float> parameters)
    {
        int n = Dimension, at = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
                _lower[i * n + j] = _scale * parameters[at++];
            _lower[i * n + i] = 1;
        }

        parameters.Slice(2 * Triangle, n).CopyTo(_logDiagonal);
        float[] diagonal = LogScales.Exp(_logDiagonal);
        double logDet = 0;
        for (int i = 0; i < n; i++)
        {
            _upper[i * n + i] = diagonal[i];
            logDet += Math.Log(diagonal[i]);
            for (int j = i + 1; j < n; j++)
                _upper[i * n + j] = _scale * parameters[at++];
        }

        _logDet = (float)logDet;
        var weights = new float[n * n + n];
        var row = new double[n];
        for (int i = 0; i < n; i++)
        {
            Array.Clear(row);
            for (int k = 0; k <= i; k++)
                TensorPrimitives.MultiplyAdd<double>(_upper.AsSpan(k * n, n), _lower[i * n + k], row, row);
            for (int j = 0; j < n; j++)
                weights[i * n + j] = (float)row[j];
        }

        parameters[(2 * Triangle + n)..].CopyTo(weights.AsSpan(n * n));
        return weights;
    }

    private readonly unsafe struct BlockForward(MultilayerPerceptron layer, RowBlock block, Sums? sums) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = block.Dimension * RowBlock.Rows;
            fixed (float* x = block.Values, kept = sums?.Activations ?? block.Values)
            {
                float* activations = sums is null ? x + size : kept;
                new Span<float>(x, size).CopyTo(new Span<float>(activations, size));
                PerceptronKernel<V, S>.Forward(layer, activations);
                new Span<float>(activations + layer.OutputStart * RowBlock.Rows, size).CopyTo(new Span<float>(x, size));
            }
        }
    }

    private readonly unsafe struct BlockBackward(
        MultilayerPerceptron layer, RowBlock gradient, Sums sums, bool toInputs) : ISimdOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            int size = gradient.Dimension * RowBlock.Rows;
            fixed (float* g = gradient.Values, activations = sums.Activations, gradients = sums.Gradients)
            {
                new Span<float>(g, size).CopyTo(new Span<float>(gradients + layer.OutputStart * RowBlock.Rows, size));
                PerceptronKernel<V, S>.Backward(layer, activations, gradients, ValueLimit.Largest, toInputs);
                PerceptronGradientKernel<V, S>.Add(layer, activations, gradients, sums.Layer);
                if (toInputs)
                    new Span<float>(gradients, size).CopyTo(new Span<float>(g, size));
            }
        }
    }

    /// <summary>One thread's points and products of a block, and gradient sums.</summary>
    private sealed class Sums(MultilayerPerceptron layer) : Accumulator
    {
        public AlignedBuffer Activations { get; } = new(layer.ActivationLength * RowBlock.Rows);

        public AlignedBuffer Gradients { get; } = new(layer.ActivationLength * RowBlock.Rows);

        public PerceptronGradient Layer { get; } = new(layer);

        public double Weight { get; set; }

        public override void Clear()
        {
            Layer.Clear();
            Weight = 0;
        }

        public override void Add(Accumulator other)
        {
            Layer.Add(((Sums)other).Layer);
            Weight += ((Sums)other).Weight;
        }
    }
}
