using MLNet.Flows.Benchmarks.Density;

namespace MLNet.Flows.Tests.Density;

/// <summary>The densities that the benchmark measures flows by are what they say: no model's distance from the truth is better
/// known than the truth.</summary>
public sealed class KnownDensityTests
{
    private const int Draws = 20_000;

    public static TheoryData<string> Planes => ["spiral", "chain"];

    public static TheoryData<string> All => ["bent", "spiral", "chain"];

    [Theory]
    [MemberData(nameof(Planes))]
    public void LogDensity_InThePlane_IntegratesToOneAndToTheEntropyOfDraws(string name)
    {
        KnownDensity density = name == "spiral" ? new Spiral() : new SineChain(2);
        const double Half = 7, Step = 0.01;
        const int Cells = (int)(2 * Half / Step);
        double sum = 0, entropy = 0;
        for (int i = 0; i < Cells; i++)
        {
            for (int j = 0; j < Cells; j++)
            {
                double log = density.LogDensity([(i + 0.5) * Step - Half, (j + 0.5) * Step - Half]);
                sum += Math.Exp(log);
                entropy -= log * Math.Exp(log);
            }
        }

        Assert.Equal(1, sum * Step * Step, 1e-5);
        AssertMean(entropy * Step * Step, [.. density.Draw(Draws, 3).LogDensity.Select(log => -log)]);
    }

    // E[p(x + t) / p(x)] is the integral of p for any t, if the draws are p's.
    [Theory]
    [MemberData(nameof(All))]
    public void LogDensity_BesideDraws_AveragesToThatAtThem(string name)
    {
        KnownDensity density = Known(name);
        (float[] rows, double[] logDensity) = density.Draw(2000, 4);
        for (int column = 0; column < density.Dimension; column++)
        {
            AssertMean(1, [.. logDensity.Select((log, r) =>
            {
                double[] row = [.. rows[(r * density.Dimension)..((r + 1) * density.Dimension)].Select(value => (double)value)];
                row[column] += 0.01;
                return Math.Exp(density.LogDensity(row) - log);
            })]);
        }
    }

    // docs/density.md measures by these.
    [Theory]
    [InlineData("bent", 12.963)]
    [InlineData("spiral", 1.173)]
    [InlineData("chain", 4.568)]
    public void Draw_HeldOutRows_HaveTheNatsThatThePageStates(string name, double nats) =>
        Assert.Equal(nats, -Known(name).Draw(Draws, 2).LogDensity.Average(), 5e-4);

    private static KnownDensity Known(string name) => name switch
    {
        "bent" => new BentNormals(),
        "spiral" => new Spiral(),
        _ => new SineChain(),
    };

    // Within four standard errors.
    private static void AssertMean(double expected, double[] values)
    {
        double mean = values.Average(), variance = values.Average(value => (value - mean) * (value - mean));
        Assert.Equal(expected, mean, 4 * Math.Sqrt(variance / values.Length));
    }
}
