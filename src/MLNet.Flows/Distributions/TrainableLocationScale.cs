using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Location and log-scale of every column in training. Flat parameters: [location (d) | log-scale (d)].</summary>
internal abstract class TrainableLocationScale : TrainableDistribution
{
    private readonly LocationScaleParameters _parameters;
    private readonly float[] _logScale;

    protected TrainableLocationScale(int dimension, double degreesOfFreedom)
        : base(dimension)
    {
        _parameters = new LocationScaleParameters(dimension, degreesOfFreedom);
        _logScale = new float[dimension];
    }

    /// <summary>nu; positive infinity for the normal.</summary>
    public double DegreesOfFreedom => _parameters.DegreesOfFreedom;

    public override int ParameterCount => 2 * Dimension;

    public override void Initialize(
        FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters, Action? checkpoint = null)
    {
        Span<float> location = parameters[..Dimension], logScale = parameters[Dimension..];
        for (int d = 0; d < Dimension; d++)
        {
            double mean = 0, sumOfSquares = 0;
            int n = 0;
            foreach (int row in rows)
            {
                double delta = data.Row(row)[d] - mean;
                mean += delta / ++n;
                sumOfSquares += delta * (data.Row(row)[d] - mean);
            }

            location[d] = (float)mean;
            logScale[d] = (float)(0.5 * Math.Log(sumOfSquares / Math.Max(n, 1) + 1e-4));
        }
    }

    public override void SetParameters(ReadOnlySpan<float> parameters)
    {
        parameters[Dimension..].CopyTo(_logScale);
        _parameters.Set(parameters[..Dimension], LogScales.Exp(parameters[Dimension..]));
    }

    public override void LogProb(RowBlock block)
    {
        var operation = new LocationScaleKernel.BlockLogProb(_parameters, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override Accumulator CreateAccumulator(SimdWidth width) => new Sums(Dimension, width);

    public override void AccumulateGradient(
        RowBlock latent, ReadOnlySpan<float> weights, RowBlock latentGradient, Accumulator accumulator)
    {
        LogProb(latent);
        var sums = (Sums)accumulator;
        weights.CopyTo(sums.Weights.Span);
        var operation = new LocationScaleKernel.Gradient(
            _parameters, latent, sums.Weights, latentGradient, sums.Location, sums.LogScale);
        SimdDispatch.Run(latent.Width, ref operation);
    }

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        var sums = (Sums)accumulator;
        LaneSums.Totals(sums.Location, sums.Lanes, gradient[..Dimension]);
        LaneSums.Totals(sums.LogScale, sums.Lanes, gradient[Dimension..]);
        LogScales.DropOutOfRange(_logScale, gradient[Dimension..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override Distribution Freeze(ReadOnlySpan<float> parameters) =>
        Create(parameters[..Dimension].ToArray(), LogScales.Exp(parameters[Dimension..]));

    protected abstract Distribution Create(float[] mean, float[] scale);

    private sealed class Sums(int dimension, SimdWidth width) : Accumulator
    {
        public int Lanes { get; } = (int)width;

        public AlignedBuffer Location { get; } = new(dimension * (int)width);

        public AlignedBuffer LogScale { get; } = new(dimension * (int)width);

        public AlignedBuffer Weights { get; } = new(RowBlock.Rows);

        public override void Clear()
        {
            Location.Clear();
            LogScale.Clear();
        }

        public override void Add(Accumulator other)
        {
            var sums = (Sums)other;
            TensorPrimitives.Add(Location.Span, sums.Location.Span, Location.Span);
            TensorPrimitives.Add(LogScale.Span, sums.LogScale.Span, LogScale.Span);
        }
    }
}
