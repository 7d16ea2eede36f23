using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Distributions;

public sealed class LikelihoodQuantilesTests
{
    [Fact]
    public void PValue_FewRows_IsTheShareAtMostThisLikely()
    {
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([3, 1, 2, 2], []);

        Assert.Equal([0.25f, 0.25f, 0.75f, 1f, 1f], ((float[])[1, 1.5f, 2, 3, 99]).Select(quantiles.PValue));
        Assert.True(float.IsNaN(quantiles.PValue(float.NaN)));
    }

    [Fact]
    public void PValue_Weighted_CountsWeights()
    {
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([3, 1, 2], [1, 2, 5]);

        Assert.Equal([0.25f, 0.875f, 1f], ((float[])[1, 2, 3]).Select(quantiles.PValue));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PValue_BelowTheLowest_FallsAlongTheTailThatDrewTheRows(bool heavy)
    {
        // Likelihoods -E of exponential E (shape 0), or of a Pareto with shape 0.5: S(y) = (1 + y / 2)^-2.
        var random = new RandomStream(6);
        float[] rows = [.. Enumerable.Range(0, 20_000).Select(_ => 1 - random.NextDouble()).Select(
            u => (float)(heavy ? -2 * (1 / Math.Sqrt(u) - 1) : Math.Log(u)))];
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit(rows, []);
        float lowest = rows.Min();

        float last = quantiles.PValue(lowest);
        for (float below = 0.01f; below < 20; below *= 1.5f)
        {
            float p = quantiles.PValue(lowest - below), exact = (float)(heavy ? Math.Pow(
                1 + (below - lowest) / 2, -2) : Math.Exp(lowest - below));
            Assert.True(p > 0 && p <= last);
            Assert.InRange(Math.Log(p / exact), -3.5, 3.5);
            last = p;
        }

        Assert.InRange(quantiles.PValue(float.MinValue), 0, 1e-20f);
    }

    [Fact]
    public void PValue_AllEqual_HasNoTail()
    {
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([2, 2, 2, 2, 2], []);

        Assert.Equal([0f, 1f], ((float[])[1.99f, 2]).Select(quantiles.PValue));
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

        LikelihoodQuantiles read = LikelihoodQuantiles.Read(new ModelReader(writer.Payload.ToArray()), version: 3);

        Assert.Equal(quantiles.PValue(2), read.PValue(2));
        Assert.Equal(quantiles.PValue(0.5f), read.PValue(0.5f));
    }

    [Theory]
    [InlineData(5, 0f)]
    [InlineData(100, 0f)]
    [InlineData(5000, 0f)]
    [InlineData(100, 50f)]
    public void PValue_BelowAllOfNRows_IsAtMostOneInNPlusOne(int rows, float weightOfTheLowest)
    {
        float[] weights = weightOfTheLowest == 0
            ? []
            : [.. Enumerable.Range(0, rows).Select(i => i == 0 ? weightOfTheLowest : 1)];

        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit([.. Enumerable.Range(0, rows).Select(i => (float)i)], weights);

        Assert.InRange(quantiles.PValue(-1e-3f), 0, 1f / (rows + 1));
        Assert.InRange(quantiles.PValue(-1e6f), 0, quantiles.PValue(-1e-3f));
        Assert.True(quantiles.PValue(0) > quantiles.PValue(-1e-3f));
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
        writer.Write([0f, 1f, 1f]);

        Assert.Throws<FormatException>(() => LikelihoodQuantiles.Read(new ModelReader(writer.Payload.ToArray()), version: 3));
    }
}
