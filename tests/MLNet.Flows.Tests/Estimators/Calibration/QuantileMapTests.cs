using MLNet.Flows.Estimators.Calibration;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Estimators.Calibration;

public class QuantileMapTests
{
    [Theory]
    [InlineData(1f, 0f)]
    [InlineData(2.5f, -30f)]
    [InlineData(0.5f, 7f)]
    public void Apply_WhereOneFlowIsAStretchOfTheOther_StretchesInsideAndBeyond(float factor, float offset)
    {
        float[] from = Sample(200);
        var map = new QuantileMap([.. from], Array.ConvertAll(from, value => factor * value + offset));

        foreach (float value in (float[])[from[0], from[17], 0.01f, -0.3f, from.Min() - 5, from.Min() - 500, from.Max() + 3])
            Assert.Equal(factor * value + offset, map.Apply(value), 1e-3f * (1 + Math.Abs(factor * value + offset)));
    }

    [Fact]
    public void Apply_WhereOnlyTheTailIsFurtherOut_StretchesTheTailAlone()
    {
        float[] from = Sample(1000);
        float Other(float value) => value < -1.5f ? -1.5f + 10 * (value + 1.5f) : value;
        var map = new QuantileMap([.. from], Array.ConvertAll(from, Other));

        Assert.Equal(0.5f, map.Apply(0.5f), 1e-3f);
        Assert.InRange(map.Apply(-5), Other(-5) * 1.2f, Other(-5) * 0.7f);
        Assert.Equal(from.Max() + 2, map.Apply(from.Max() + 2), 0.01f);
    }

    [Fact]
    public void Apply_OfIncreasingLikelihoods_NeverDecreases()
    {
        float[] from = Sample(300), to = Array.ConvertAll(Sample(300), value => value * value * value);
        from.AsSpan(0, 40).Fill(0.25f);
        var map = new QuantileMap(from, to);

        float[] mapped = [.. Enumerable.Range(-600, 1200).Select(i => map.Apply(i / 100f))];

        Assert.Equal(mapped.Order(), mapped);
        Assert.True(mapped[^1] > mapped[0]);
    }

    [Fact]
    public void Apply_OfALikelihoodThatManyRowsShare_IsTheMiddleOfTheirs() =>
        Assert.Equal(4, new QuantileMap([1, 2, 2, 2, 3], [1, 2, 4, 5, 9]).Apply(2));

    [Fact]
    public void Apply_WhereAllRowsShareOneLikelihood_KeepsDistances()
    {
        var map = new QuantileMap([2, 2, 2], [5, 5, 5]);

        Assert.Equal((1f, 5f, 6f), (map.Apply(-2), map.Apply(2), map.Apply(3)));
    }

    [Fact]
    public void Apply_FarBeyondSinglePrecision_StaysFinite() =>
        Assert.True(float.IsFinite(new QuantileMap([0, 1e-3f, 1], [-1e30f, 0, 1]).Apply(-1e30f)));

    private static float[] Sample(int count)
    {
        var random = new RandomStream(5, 1);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
    }
}
