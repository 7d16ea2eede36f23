using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Independent Student-t columns with learned locations and scales: tails that shrug off outliers in training.</summary>
/// <param name="degreesOfFreedom">nu, positive: smaller is heavier-tailed.</param>
/// <param name="mean">[d], locations.</param>
/// <param name="scale">[d], positive.</param>
internal sealed class ProductStudentT(
    double degreesOfFreedom, float[] mean, float[] scale) : LocationScaleDistribution(mean, scale, degreesOfFreedom)
{
    private const double LargestDraw = 1e30;

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

    // t = normal / sqrt(chi^2 / nu), and chi^2 with nu degrees of freedom is 2 Gamma(nu / 2). With 0.05 degrees of freedom half
    // of all draws lie beyond 1e12, and some beyond any double: they are clamped to what the maps that follow still take.
    protected override double SampleStandard(RandomStream random) => Math.Clamp(
        random.NextGaussian() * Math.Exp(
            -0.5 * (Math.Log(2 / DegreesOfFreedom) + random.NextLogGamma(DegreesOfFreedom / 2))), -LargestDraw, LargestDraw);
}
