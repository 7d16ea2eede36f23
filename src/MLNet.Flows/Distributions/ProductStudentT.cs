using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Distributions;

/// <summary>Independent Student-t columns with learned locations and scales: tails that shrug off outliers in training.</summary>
/// <param name="degreesOfFreedom">nu, positive: smaller is heavier-tailed.</param>
/// <param name="mean">[d], locations.</param>
/// <param name="scale">[d], positive.</param>
internal sealed class ProductStudentT(double degreesOfFreedom, float[] mean, float[] scale) : LocationScaleDistribution(mean, scale, degreesOfFreedom)
{
    public double DegreesOfFreedom { get; } = degreesOfFreedom;

    public override DistributionKind Kind => DistributionKind.ProductStudentT;

    public override void Write(ModelWriter writer)
    {
        writer.Write(DegreesOfFreedom);
        base.Write(writer);
    }

    public static ProductStudentT Read(ModelReader reader)
    {
        double degreesOfFreedom = reader.ReadDouble();
        reader.Check(degreesOfFreedom is > 0 and < 1e9, $"{degreesOfFreedom} degrees of freedom");
        (float[] mean, float[] scale) = ReadParameters(reader);
        return new ProductStudentT(degreesOfFreedom, mean, scale);
    }

    // t = normal / sqrt(chi^2 / nu), and chi^2 with nu degrees of freedom is 2 Gamma(nu / 2).
    protected override double SampleStandard(RandomStream random) =>
        random.NextGaussian() / Math.Sqrt(2 * random.NextGamma(DegreesOfFreedom / 2) / DegreesOfFreedom);
}
