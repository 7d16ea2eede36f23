using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>A <see cref="ContinuousMap"/> in double precision, over blocks of 64 rows: its inverse, from the base at t = 0 to the
/// data at t = 1.</summary>
/// <remarks>The same solver with the same steps the other way round. It undoes the forward map up to the error of both,
/// O(N^-4).</remarks>
internal sealed class DoubleContinuousMap
{
    private const int R = RowBlock.Rows;
    private const double Lowest = -ValueLimit.Largest;
    private readonly ContinuousMap _map;
    private readonly double[] _input;
    private readonly double[]? _context;
    private readonly double[]? _hidden;
    private readonly double[]? _trace;
    private readonly double[] _output;
    private readonly double[] _hiddenBiases;
    private readonly double[] _outputBiases;
    private readonly double[] _diagonal;
    private readonly double[][] _biases;

    public DoubleContinuousMap(ContinuousMap map)
    {
        VelocityField field = map.Field;
        _map = map;
        _input = DoublePerceptron.ToDouble(field.Input.Weights);
        _context = field.Context is null ? null : DoublePerceptron.ToDouble(field.Context.Weights);
        _hidden = field.Hidden is null ? null : DoublePerceptron.ToDouble(field.Hidden.Weights);
        _trace = field.TraceLayer is null ? null : DoublePerceptron.ToDouble(field.TraceLayer.Weights);
        _output = DoublePerceptron.ToDouble(field.Output.Weights);
        _hiddenBiases = field.Hidden is null ? [] : DoublePerceptron.ToDouble(field.Hidden.Biases);
        _outputBiases = DoublePerceptron.ToDouble(field.Output.Biases);
        _diagonal = field.DiagonalWeights is null
            ? []
            : DoublePerceptron.ToDouble(field.DiagonalWeights.Span[..field.Input.Outputs]);
        _biases = [.. Enumerable.Range(0, map.Biases.Length).Select(i => field.BiasesAt(map.Time(i)))];
    }

    /// <summary>Overwrites latent points z with x, and adds log|det dx/dz| to the block's LogDet.</summary>
    public void Inverse(DoubleBlock block)
    {
        int size = block.Values.Length;
        var units = new Units(_input.Length / _map.Dimension, _hiddenBiases.Length);
        if (_context is not null)
            DoublePerceptron.Dense(_context, new double[units.First.Length / R], block.Context, units.Shift, Lowest);
        double[] stage = new double[size], k = new double[size], sum = new double[size], divergence = new double[R];
        double h = 1.0 / _map.Steps;
        for (int step = 0; step < _map.Steps; step++)
        {
            Array.Clear(sum);
            double[] point = block.Values;
            for (int i = 0; i < 4; i++)
            {
                double share = i is 0 or 3 ? h / 6 : h / 3;
                Evaluate(_biases[^(2 * step + (i + 1) / 2 + 1)], point, units, k, divergence);
                TensorPrimitives.MultiplyAdd(divergence, share, block.LogDet, block.LogDet);
                TensorPrimitives.MultiplyAdd(k, share, sum, sum);
                if (i < 3)
                    TensorPrimitives.MultiplyAdd(k, i < 2 ? h / 2 : h, block.Values, point = stage);
            }

            TensorPrimitives.Add(block.Values, sum, block.Values);
        }
    }

    // v and div v.
    private void Evaluate(double[] biases, double[] x, Units units, double[] v, double[] divergence)
    {
        DoublePerceptron.Dense(_input, biases, x, units.First, Lowest);
        if (_context is not null)
            TensorPrimitives.Add(units.First, units.Shift, units.First);
        TanhAndSlopes(units.First, units.FirstSlopes);
        Array.Clear(divergence);
        if (_hidden is not null)
        {
            DoublePerceptron.Dense(_hidden, _hiddenBiases, units.First, units.Second, Lowest);
            TanhAndSlopes(units.Second, units.SecondSlopes);
            DoublePerceptron.Dense(_trace!, units.NoBiases, units.FirstSlopes, units.Trace, Lowest);
            for (int i = 0; i < units.Trace.Length; i += R)
            {
                Span<double> sums = divergence;
                TensorPrimitives.MultiplyAdd(units.SecondSlopes.AsSpan(i, R), units.Trace.AsSpan(i, R), sums, sums);
            }

            DoublePerceptron.Dense(_output, _outputBiases, units.Second, v, Lowest);
            return;
        }

        for (int k = 0; k < _diagonal.Length; k++)
            TensorPrimitives.MultiplyAdd(units.FirstSlopes.AsSpan(k * R, R), _diagonal[k], divergence, divergence);
        DoublePerceptron.Dense(_output, _outputBiases, units.First, v, Lowest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TanhAndSlopes(double[] h, double[] slopes)
    {
        for (int i = 0; i < h.Length; i += Vector256<double>.Count)
        {
            Vector256<double> tanh = DoubleMath.Tanh(Vector256.Create(h, i));
            tanh.CopyTo(h, i);
            (Vector256<double>.One - tanh * tanh).CopyTo(slopes, i);
        }
    }

    /// <summary>Hidden units of a block.</summary>
    private sealed class Units(int first, int second)
    {
        public double[] First { get; } = new double[first * R];

        /// <summary>What the context adds to the first layer's sums.</summary>
        public double[] Shift { get; } = new double[first * R];

        public double[] FirstSlopes { get; } = new double[first * R];

        public double[] Second { get; } = new double[second * R];

        public double[] SecondSlopes { get; } = new double[second * R];

        public double[] Trace { get; } = new double[second * R];

        public double[] NoBiases { get; } = new double[second];
    }
}
