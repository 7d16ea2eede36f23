using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>A product of univariate densities of one family, each with its own location and scale.</summary>
internal abstract class LocationScaleDistribution : Distribution
{
    private readonly LocationScaleParameters _parameters;
    private readonly float[] _mean;
    private readonly float[] _scale;

    /// <param name="mean">[d].</param>
    /// <param name="scale">[d], positive.</param>
    /// <param name="degreesOfFreedom">Positive infinity for the normal.</param>
    protected LocationScaleDistribution(float[] mean, float[] scale, double degreesOfFreedom)
        : base(mean.Length)
    {
        (_mean, _scale) = (mean, scale);
        _parameters = new LocationScaleParameters(mean.Length, degreesOfFreedom);
        _parameters.Set(mean, scale);
    }

    public ReadOnlySpan<float> Mean => _mean;

    public ReadOnlySpan<float> Scale => _scale;

    /// <summary>As the kernels read them.</summary>
    public LocationScaleParameters Parameters => _parameters;

    public override void LogProb(RowBlock block)
    {
        var operation = new LocationScaleKernel.BlockLogProb(_parameters, block);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override float LogProb(RowWorkspace row) => LocationScaleKernel.LogProb(_parameters, row.Values.Span);

    public override void LogProbGradient(RowBlock block, RowBlock gradient)
    {
        LogProb(block);
        var operation = new LocationScaleKernel.InputGradient(_parameters, block, gradient);
        SimdDispatch.Run(block.Width, ref operation);
    }

    public override void Sample(RandomStream random, Span<float> point)
    {
        for (int d = 0; d < Dimension; d++)
            point[d] = (float)(_mean[d] + _scale[d] * SampleStandard(random));
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(_mean);
        writer.Write(_scale);
    }

    /// <summary>A variate with location 0 and scale 1.</summary>
    protected abstract double SampleStandard(RandomStream random);

    protected static (float[] Mean, float[] Scale) ReadParameters(ModelReader reader)
    {
        int dimension = reader.ReadInt32();
        reader.Check(dimension >= 0, $"a distribution of dimension {dimension}");
        reader.CheckRemaining(2L * dimension * sizeof(float));
        reader.Reserve(2L * dimension * sizeof(float));
        float[] mean = reader.ReadFiniteSingles(dimension), scale = reader.ReadFiniteSingles(dimension);
        foreach (float s in scale)
            reader.Check(s > 0, $"the scale {s}");
        return (mean, scale);
    }
}
