using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Numerics;

public sealed class RandomStreamTests
{
    [Fact]
    public void NextUInt64_SameSeedAndStream_Repeats()
    {
        var a = new RandomStream(42, 7);
        var b = new RandomStream(42, 7);
        var other = new RandomStream(42, 8);

        ulong[] first = [.. Enumerable.Range(0, 10).Select(_ => a.NextUInt64())];

        Assert.Equal(first, Enumerable.Range(0, 10).Select(_ => b.NextUInt64()));
        Assert.NotEqual(first[0], other.NextUInt64());
    }

    [Fact]
    public void NextGaussian_ManyDraws_HasTheMomentsOfTheNormal()
    {
        var random = new RandomStream(1);
        double[] draws = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextGaussian())];

        Assert.Equal(0, draws.Average(), 0.01);
        Assert.Equal(1, draws.Average(x => x * x), 0.02);
        Assert.Equal(3, draws.Average(x => x * x * x * x), 0.1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.5)]
    public void NextGamma_ManyDraws_HasMeanAndVarianceOfItsShape(double shape)
    {
        var random = new RandomStream(2);
        double[] draws = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextGamma(shape))];

        Assert.Equal(shape, draws.Average(), 0.02);
        Assert.Equal(shape, draws.Average(x => (x - shape) * (x - shape)), 0.08);
    }

    [Fact]
    public void NextInt32_ManyDraws_IsUniform()
    {
        var random = new RandomStream(3);
        var counts = new int[7];
        for (int i = 0; i < 70_000; i++)
            counts[random.NextInt32(7)]++;

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Shuffle_OfAll_IsAPermutation()
    {
        int[] items = [.. Enumerable.Range(0, 50)];

        new RandomStream(4).Shuffle<int>(items);

        Assert.NotEqual(Enumerable.Range(0, 50), items);
        Assert.Equal(Enumerable.Range(0, 50), items.Order());
    }
}
