using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Distributions;

public class KMeansTests
{
    public static TheoryData<int, int> Shapes => new() { { 1, 3 }, { 7, 5 }, { 16, 20 }, { 33, 2 } };

    [Fact]
    public void Fit_OnFarClusters_FindsEachWithItsRowsAndVariance()
    {
        var data = new FeatureMatrix(2);
        var random = new RandomStream(3, 1);
        for (int i = 0; i < 300; i++)
        {
            Span<float> row = data.AddRow();
            row[0] = 20 * (i % 3) + (float)random.NextGaussian();
            row[1] = 2 * (float)random.NextGaussian();
        }

        KMeans means = KMeans.Fit(data, [.. Enumerable.Range(0, 300)], 3, new RandomStream(1, 1), SimdSupport.Best);

        Assert.Equal([100, 100, 100], means.Counts);
        Assert.Equal(3, Enumerable.Range(0, 3).Select(means.Cluster).Distinct().Count());
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal(means.Cluster(i % 3), means.Cluster(i)));
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(20f * c, means.Centers[2 * means.Cluster(c)], 0.5f));
        double[] shared = means.Variance(perCluster: false), own = means.Variance(perCluster: true);
        Assert.InRange(shared[0], 0.8, 1.2);
        Assert.InRange(shared[1], 3.2, 4.8);
        Assert.All(Enumerable.Range(0, 3), m => Assert.InRange(own[2 * m + 1], 2.5, 5.5));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Fit_AtAnyVectorWidth_IsTheSame(int dimension, int clusters)
    {
        FeatureMatrix data = Rows(150, dimension);
        KMeans[] all = [.. Enum.GetValues<SimdWidth>().Select(
            width => KMeans.Fit(data, [.. Enumerable.Range(0, 150)], clusters, new RandomStream(4, 1), width))];

        Assert.All(all, means => Assert.Equal(all[0].Centers, means.Centers));
        Assert.All(all, means => Assert.Equal(all[0].Counts, means.Counts));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Search_OfAnyShape_FindsTheCentersThatAPlainLoopFinds(int dimension, int clusters)
    {
        FeatureMatrix data = Rows(64, dimension), centers = Rows(clusters, dimension);
        var blocks = new AlignedBuffer(64 * dimension);
        for (int i = 0; i < 64 * dimension; i++)
            blocks[i] = data.Row(i % 64)[i / 64];
        AlignedBuffer distance = new(64), nearest = new(64);
        distance.Span.Fill(float.MaxValue);
        float[] flat = [.. Enumerable.Range(0, clusters).SelectMany(m => centers.Row(m).ToArray())];

        // In two parts, as the k-means++ start does.
        foreach ((int first, int end) in ((int, int)[])[(0, 1), (1, clusters)])
        {
            var search = new KMeansKernel.Search(blocks, dimension, flat, first, end, distance, nearest);
            SimdDispatch.Run(SimdSupport.Best, ref search);
        }

        for (int i = 0; i < 64; i++)
        {
            double[] distances = [.. Enumerable.Range(0, clusters).Select(m => Distance(data.Row(i), centers.Row(m)))];
            Assert.Equal(Array.IndexOf(distances, distances.Min()), (int)nearest[i]);
            Assert.Equal(distances.Min(), distance[i], 1e-5 * (1 + distances.Min()));
        }
    }

    [Fact]
    public void Fit_WithFewerDistinctRowsThanClusters_GivesFiniteCentersAndVariances()
    {
        var data = new FeatureMatrix(3);
        for (int i = 0; i < 10; i++)
            data.AddRow().Fill(i % 2);

        KMeans means = KMeans.Fit(data, [.. Enumerable.Range(0, 10)], 6, new RandomStream(2, 1), SimdSupport.Best);

        Assert.Equal(10, means.Counts.Sum());
        Assert.All(means.Centers, center => Assert.True(center is 0 or 1));
        Assert.All(means.Variance(perCluster: true), variance => Assert.Equal(0, variance));
    }

    private static FeatureMatrix Rows(int count, int dimension)
    {
        var data = new FeatureMatrix(dimension);
        var random = new RandomStream(count + dimension, 2);
        for (int i = 0; i < count; i++)
        {
            Span<float> row = data.AddRow();
            for (int d = 0; d < dimension; d++)
                row[d] = (float)random.NextGaussian();
        }

        return data;
    }

    private static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int d = 0; d < a.Length; d++)
            sum += (a[d] - (double)b[d]) * (a[d] - b[d]);
        return sum;
    }
}
