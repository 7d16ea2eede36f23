using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Independent normal columns with learned locations and scales.</summary>
internal sealed class DiagonalNormal(float[] mean, float[] scale) : LocationScaleDistribution(
    mean, scale, double.PositiveInfinity)
{
    public override DistributionKind Kind => DistributionKind.DiagonalNormal;

    public static DiagonalNormal Read(ModelReader reader)
    {
        (float[] mean, float[] scale) = ReadParameters(reader);
        return new DiagonalNormal(mean, scale);
    }

    protected override double SampleStandard(RandomStream random) => random.NextGaussian();
}
