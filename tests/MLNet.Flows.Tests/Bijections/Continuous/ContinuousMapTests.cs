using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Continuous;

/// <summary>The solver and the field of a continuous map, beyond the laws of any bijection.</summary>
public sealed class ContinuousMapTests
{
    private const int R = RowBlock.Rows;

    // Fourth order: half the step leaves about a sixteenth of the error. The exact solution stands for by 512 steps.
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public void Inverse_InTwiceTheSteps_IsAboutSixteenTimesAsExact(int dimension)
    {
        (double[] points, double[] logDets) = Inverse(512);
        (double[] coarse, double[] coarseDets) = Inverse(16);
        (double[] fine, double[] fineDets) = Inverse(64);

        Assert.InRange(Distance(coarse, points) / Distance(fine, points), 11 * 11, 22 * 22);
        Assert.InRange(Distance(coarseDets, logDets) / Distance(fineDets, logDets), 11 * 11, 22 * 22);

        (double[] Points, double[] LogDets) Inverse(int steps)
        {
            DoubleBlock block = Latents(dimension);
            BijectionTable.Continuous(dimension, [33, 20], steps).Inverse(block);
            return (block.Values, block.LogDet);
        }
    }

    [Theory]
    [InlineData(new[] { 20 })]
    [InlineData(new[] { 33, 20 })]
    public void Inverse_OfForward_IsThePointUpToTheSolversError(int[] hidden)
    {
        double before = 0;
        foreach (int steps in new[] { 2, 4, 8 })
        {
            ContinuousMap map = BijectionTable.Continuous(3, hidden, steps);
            var block = new RowBlock(3, map.ScratchColumns) { Count = R };
            DoubleBlock latents = Latents(3);
            for (int i = 0; i < latents.Values.Length; i++)
                block.Values[i] = (float)latents.Values[i];
            map.Forward(block);
            var back = new DoubleBlock(3);
            for (int i = 0; i < back.Values.Length; i++)
                back.Values[i] = block.Values[i];
            map.Inverse(back);

            double error = Distance(back.Values, latents.Values);
            Assert.True(steps == 2 || error < before / 5, $"{steps} steps: {error}, half as many: {before}");
            before = error;
        }

        Assert.True(before < 2e-4, $"8 steps: {before}");
    }

    [Fact]
    public void TimeFeatures_OverAllTimes_AreOrthogonalAndWithinOne()
    {
        const int Count = 2000;
        var features = new float[TimeFeatures.Count];
        var products = new double[TimeFeatures.Count, TimeFeatures.Count];
        for (int n = 0; n < Count; n++)
        {
            TimeFeatures.Of((n + 0.5) / Count, features);
            Assert.All(features, feature => Assert.InRange(feature, -1, 1));
            for (int i = 0; i < features.Length; i++)
            {
                for (int j = 0; j < features.Length; j++)
                    products[i, j] += features[i] * (double)features[j] / Count;
            }
        }

        for (int i = 0; i < features.Length; i++)
        {
            for (int j = 0; j < features.Length; j++)
                Assert.Equal(i == j ? 1.0 / (2 * i + 3) : 0, products[i, j], 1e-5);
        }
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static DoubleBlock Latents(int dimension)
    {
        var random = new RandomStream(3);
        var block = new DoubleBlock(dimension);
        foreach (ref double value in block.Values.AsSpan())
            value = (float)random.NextGaussian();
        return block;
    }
}
