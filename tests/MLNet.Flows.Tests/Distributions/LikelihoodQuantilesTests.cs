using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Tests.Distributions;

public sealed class LikelihoodQuantilesTests
{
    [Fact]
    public void PValue_FewRows_IsTheShareAtMostThisLikely()
    {
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([3, 1, 2, 2], []);

        Assert.Equal([0f, 0.25f, 0.25f, 0.75f, 1f, 1f], ((float[])[0.5f, 1, 1.5f, 2, 3, 99]).Select(quantiles.PValue));
        Assert.True(float.IsNaN(quantiles.PValue(float.NaN)));
    }

    [Fact]
    public void PValue_Weighted_CountsWeights()
    {
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([3, 1, 2], [1, 2, 5]);

        Assert.Equal([0.25f, 0.875f, 1f], ((float[])[1, 2, 3]).Select(quantiles.PValue));
    }

    [Fact]
    public void PValue_ManyRows_IsExactBelowAndCloseAbove()
    {
        const int N = 100_000;
        var random = new RandomStream(4);
        int[] order = [.. Enumerable.Range(0, N)];
        random.Shuffle<int>(order);
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([.. order.Select(i => (float)i)], []);

        for (int i = 0; i < N; i += i < 1100 ? 1 : 997)
        {
            float exact = (i + 1f) / N, p = quantiles.PValue(i);
            Assert.True(i < 1024 ? p == exact : p <= exact && p > exact - 1f / 3072, $"p-value {p} of rank {i}, exactly {exact}");
        }

        Assert.Equal(1, quantiles.PValue(N - 1));
    }

    [Fact]
    public void Read_Written_GivesTheSameAnswers()
    {
        var writer = new ModelWriter();
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([3, 1, 2, 2], []);
        quantiles.Write(writer);

        LikelihoodQuantiles read = LikelihoodQuantiles.Read(new ModelReader(writer.Payload.ToArray()));

        Assert.Equal(quantiles.PValue(2), read.PValue(2));
    }

    [Theory]
    [InlineData(2f, 1f, 0.5f, 1f)]
    [InlineData(1f, 2f, 1f, 0.5f)]
    [InlineData(1f, 2f, 0.5f, 1.5f)]
    public void Read_OutOfOrder_Throws(float value0, float value1, float share0, float share1)
    {
        var writer = new ModelWriter();
        writer.Write(2);
        writer.Write([value0, value1]);
        writer.Write([share0, share1]);

        Assert.Throws<FormatException>(() => LikelihoodQuantiles.Read(new ModelReader(writer.Payload.ToArray())));
    }
}
