using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Distributions;

public sealed class PlateauConstantsTests
{
    // Beyond 64 half-widths, where Single resolves them. In plateaus, by the midpoint rule in t = log r: what a departure's
    // density, times e^D, has outside up to r = e^T is 1 / (1 + log 64) - 1 / (1 + T), half on either side.
    [Theory]
    [InlineData(0f)]
    [InlineData(443f)]
    [InlineData(-1e-20f)]
    public void LogProb_Outside_IntegratesToTheMassLeft(float constant)
    {
        float halfWidth = PlateauConstants.HalfWidth(constant, constant);
        var columns = new PlateauConstants([constant], [halfWidth]);
        double unit = halfWidth == 0 ? 0.5 * float.Epsilon : halfWidth, above = 0, below = 0, last = 0;
        const double T = 40;
        const int Steps = 200_000;
        for (int i = 0; i < Steps; i++)
        {
            double t = (i + 0.5) * T / Steps, r = Math.Exp(t);
            if (r < 64)
                continue;
            double width = r / 2 * (T / Steps);
            above += Math.Exp(columns.LogProb(0, (float)(constant + r * unit)) + columns.DepartureNats) * width;
            below += Math.Exp(columns.LogProb(0, (float)(constant - r * unit)) + columns.DepartureNats) * width;
            last = t;
        }

        double expected = 0.5 * (1 / (1 + Math.Log(64)) - 1 / (1 + last));
        Assert.Equal(expected, above, 0.01 * expected);
        Assert.Equal(expected, below, 0.01 * expected);
    }

    [Theory]
    [InlineData(2024f, 2025f)]
    [InlineData(443f, 445f)]
    [InlineData(200f, 204f)]
    [InlineData(0f, 0.01f)]
    [InlineData(0f, float.Epsilon)]
    [InlineData(1e-20f, 1.00001e-20f)]
    [InlineData(-1e20f, -1.00001e20f)]
    [InlineData(1e7f, 1e7f + 2)]
    [InlineData(3e38f, -3e38f)]
    public void NatsLost_ADeparture_IsAtLeastDAndFiniteAndGrows(float constant, float value)
    {
        var columns = new PlateauConstants([constant], [PlateauConstants.HalfWidth(constant, constant)], 2000);

        double lost = columns.NatsLost(0, value);

        Assert.InRange(lost, 2000, 2300);
        Assert.True(columns.NatsLost(0, value > constant ? float.MaxValue : float.MinValue) >= lost);
        Assert.Equal(Math.Sqrt(2 * lost), Math.Abs(columns.Latent(0, value)), 1e-3);
        Assert.Equal(Math.Sign(value - (double)constant), Math.Sign(columns.Latent(0, value)));
    }

    [Theory]
    [InlineData(443f, 443f)]
    [InlineData(0.3f, 0.3f)]
    [InlineData(0.3f, 0.30000007f)]
    [InlineData(0f, 0f)]
    public void NatsLost_WithinRounding_IsZero(float lowest, float highest)
    {
        var columns = new PlateauConstants(
            [(float)(0.5 * ((double)lowest + highest))], [PlateauConstants.HalfWidth(lowest, highest)]);

        Assert.Equal(0, columns.NatsLost(0, lowest));
        Assert.Equal(0, columns.NatsLost(0, highest));
        Assert.Equal(0, columns.LogProb(0, highest));
        Assert.Equal(0, columns.Latent(0, columns.Values[0]));
        if (highest != 0)
            Assert.Equal(0, columns.NatsLost(0, MathF.BitIncrement(highest)));
    }

    [Fact]
    public void Sample_IsTheConstant() => Assert.Equal(443, new PlateauConstants([443], [1e-4f]).Sample(0, new RandomStream(1)));

    [Fact]
    public void Write_ThenRead_GivesTheSameDensity()
    {
        var columns = new PlateauConstants([443, 0], [1e-4f, 0], 5000);
        var writer = new ModelWriter();
        ConstantFactorReader.Write(columns, writer);

        ConstantFactor read = ConstantFactorReader.Read(new ModelReader(writer.Payload.ToArray()), 2, version: 3);

        Assert.Equal(columns.LogProb(0, 444), read.LogProb(0, 444));
        Assert.Equal(columns.LogProb(1, 1e-30f), read.LogProb(1, 1e-30f));
    }
}
