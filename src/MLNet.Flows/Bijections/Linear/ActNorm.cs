using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Linear;

/// <summary>A location and scale of every column that are learned, and start as the standardization of the rows: z = (x -
/// location) exp(-log-scale).</summary>
/// <remarks>Flat parameters: [location (d) | log-scale (d)]. log|det| = -sum log-scale. Freezes to a
/// <see cref="Standardization"/>. The activation normalization of Kingma and Dhariwal 2018, arXiv:1807.03039, section
/// 3.1.</remarks>
internal sealed class ActNorm : TrainableBijection
{
    // Added to a variance, so that no scale begins at 0.
    private const double StartingVariance = 1e-2;
    private readonly AlignedBuffer _location;
    private readonly AlignedBuffer _inverseScale;
    private readonly float[] _logScale;
    private readonly float[] _scale;
    private float _logDet;

    public ActNorm(int dimension)
        : base(dimension)
    {
        _location = new AlignedBuffer(dimension);
        _inverseScale = new AlignedBuffer(dimension);
        _logScale = new float[dimension];
        _scale = new float[dimension];
    }

    public override int ParameterCount => 2 * Dimension;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters)
    {
        double[] mean = new double[Dimension], sumOfSquares = new double[Dimension];
        int n = 0;
        foreach (int row in rows)
        {
            Span<float> values = data.Row(row);
            n++;
            for (int d = 0; d < values.Length; d++)
            {
                double delta = values[d] - mean[d];
                mean[d] += delta / n;
                sumOfSquares[d] += delta * (values[d] - mean[d]);
            }
        }

        for (int d = 0; d < Dimension; d++)
        {
            parameters[d] = (float)mean[d];
            parameters[Dimension + d] = (float)(0.5 * Math.Log(sumOfSquares[d] / Math.Max(n, 1) + StartingVariance));
        }
    }

    public override void SetParameters(ReadOnlySpan<float> parameters)
    {
        parameters[..Dimension].CopyTo(_location.Span);
        parameters[Dimension..].CopyTo(_logScale);
        LogScales.Exp(_logScale, _scale);
        _logDet = Standardization.Invert(_scale, _inverseScale.Span);
    }

    public override void Forward(RowBlock block, Accumulator? accumulator)
    {
        var operation = new StandardizationKernel.Forward(_location, _inverseScale, _logDet, block);
        SimdDispatch.Run(block.Width, ref operation);
        ((PlainAccumulator?)accumulator)?.Keep(block);
    }

    public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs)
    {
        var sums = (PlainAccumulator)accumulator;
        double weight = 0;
        foreach (float each in weights)
            weight += each;
        var operation = new ActNormKernel.Backward(gradient, sums.Points, _inverseScale, weight, sums.Gradient);
        SimdDispatch.Run(gradient.Width, ref operation);
    }

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        base.FinishGradient(accumulator, gradient);
        LogScales.DropOutOfRange(_logScale, gradient[Dimension..]);
    }

    public override Standardization Freeze(ReadOnlySpan<float> parameters) =>
        new(parameters[..Dimension].ToArray(), LogScales.Exp(parameters[Dimension..]));
}
