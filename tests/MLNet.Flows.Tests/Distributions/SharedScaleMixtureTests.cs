using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Distributions;

/// <summary>Mixtures whose components share a scale are scored by products: the same density, near and far.</summary>
public sealed class SharedScaleMixtureTests
{
    private const int Dimension = 7;
    private const int Components = 33;
    private static readonly float[] Means = Normals(seed: 1, Components * Dimension, 2);
    private static readonly float[] Weights = [.. Enumerable.Range(1, Components).Select(m => (float)m)];
    private static readonly float[] Scale = [0.1f, 0.2f, 0.3f, 0.5f, 1, 2, 0.05f];
    private static readonly NormalMixture Mixture = new(Dimension, Weights, Means, Scale);

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void LogProb_NearFarAndAtComponentsFarOut_IsTheDensityInDoublePrecision(int width)
    {
        var row = new RowWorkspace(Dimension, Mixture.ScratchColumns, (SimdWidth)width);
        foreach (float[] point in Points())
        {
            point.CopyTo(row.Values.Span);
            double expected = Exact(point);
            Assert.InRange(Mixture.LogProb(row) - expected, -3e-4 - 3e-7 * Math.Abs(expected), 3e-4 + 3e-7 * Math.Abs(expected));
        }
    }

    [Theory]
    [MemberData(nameof(SimdWidths.All), MemberType = typeof(SimdWidths))]
    public void LogProb_OfABlockWithRowsFarOut_IsTheRowsOwnToTheBit(int width)
    {
        float[][] points = [.. Points()];
        var row = new RowWorkspace(Dimension, Mixture.ScratchColumns, (SimdWidth)width);
        foreach (int farRows in (int[])[0, 1, 40])
        {
            var block = new RowBlock(Dimension, Mixture.ScratchColumns, (SimdWidth)width) { Count = RowBlock.Rows };
            float[][] rows = [.. points[^farRows..], .. points[..(RowBlock.Rows - farRows)]];
            for (int r = 0; r < RowBlock.Rows; r++)
            {
                for (int d = 0; d < Dimension; d++)
                    block.Values[d * RowBlock.Rows + r] = rows[r][d];
            }

            Mixture.LogProb(block);
            for (int r = 0; r < RowBlock.Rows; r++)
            {
                rows[r].CopyTo(row.Values.Span);
                Assert.Equal(Mixture.LogProb(row), block.LogProb[r]);
            }
        }
    }

    [Fact]
    public void LogProb_OfMeansBeyondWhatProductsCarry_GoesByDifferences()
    {
        float[] means = [.. Means.Select((mean, i) => i < Dimension ? 1 << 22 : mean)];
        var far = new NormalMixture(Dimension, Weights, means, [.. Scale.Select(_ => 0.5f)]);
        var row = new RowWorkspace(Dimension, far.ScratchColumns);
        means.AsSpan(0, Dimension).CopyTo(row.Values.Span);
        double atItsMean = Math.Log(1.0 / Weights.Sum()) - Dimension * Math.Log(0.5 * Math.Sqrt(2 * Math.PI));
        Assert.Equal(atItsMean, far.LogProb(row), 1e-4);
    }

    // Ordinary ones first: within components, at their means, and so far out that differences take over.
    private static IEnumerable<float[]> Points()
    {
        float[] noise = Normals(seed: 2, 400 * Dimension, 1);
        for (int i = 0; i < 400; i++)
        {
            float away = i < 200 ? 1 : i < 300 ? 5 : 300;
            yield return [.. Enumerable.Range(0, Dimension).Select(d =>
                Means[i % Components * Dimension + d] + away * Scale[d] * noise[i * Dimension + d])];
        }
    }

    private static double Exact(float[] point)
    {
        double[] terms = [.. Enumerable.Range(0, Components).Select(m => Math.Log(Weights[m] / Weights.Sum(w => (double)w))
            - Enumerable.Range(0, Dimension).Sum(d =>
                Math.Log(Scale[d]) + 0.5 * Math.Log(2 * Math.PI)
                + 0.5 * Math.Pow((point[d] - (double)Means[m * Dimension + d]) / Scale[d], 2)))];
        double max = terms.Max();
        return max + Math.Log(terms.Sum(term => Math.Exp(term - max)));
    }

    private static float[] Normals(int seed, int count, double scale)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(scale * random.NextGaussian()))];
    }
}
