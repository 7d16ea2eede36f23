using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>A column that never varied in training, and a row in which it does.</summary>
public sealed class ConstantColumnTests
{
    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData(1, null)]
    [InlineData(20, null)]
    [InlineData(200, null)]
    [InlineData(20, 0.0)]
    [InlineData(20, 0.1)]
    public void PValue_OfADeparture_IsUnderTheDefaultRate(int others, double? contamination)
    {
        (float Constant, float Other)[] columns =
            [(2024, 2025), (443, 445), (200, 204), (0, 0.01f), (1e-20f, 1.001e-20f), (-1e20f, -1.001e20f), (0, -1e-30f)];
        float[] constants = [.. columns.Select(column => column.Constant)];
        float[][] train = [.. Normal(300, others, 1).Select(row => (float[])[.. row, .. constants])];
        PlanarFlowTransformer model = Fit(train, contamination);
        float[] center = [.. new float[others], .. constants];
        float[][] test =
        [
            center,
            .. columns.Select((column, i) => (float[])[.. center[..(others + i)], column.Other, .. center[(others + i + 1)..]]),
        ];

        IDataView scored = model.Transform(Rows.View(_context, test));

        float[] p = [.. scored.GetColumn<float>("PValue")];
        Assert.True(p[0] > 0.5, $"p {p[0]} of a row that keeps them");
        Assert.All(p[1..], value => Assert.True(value <= 1.0 / 301, $"p {value}"));
        Assert.Equal([false, .. columns.Select(_ => true)], scored.GetColumn<bool>("PredictedLabel"));
        Assert.All(scored.GetColumn<float>("Score"), score => Assert.True(float.IsFinite(score)));
    }

    // 444 never seen beside 443, and seen once.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void PValue_OfAValueNeverSeen_IsNoLargerThanOfOneSeenOnce(int seed)
    {
        float[][] never = [.. Normal(2000, 3, seed).Select(row => (float[])[.. row, 443])];
        float[][] once = [.. never.Select((row, i) => (float[])[.. row[..3], i == 700 ? 444 : 443])];

        float neverSeen = PValue(Fit(never, null), [0, 0, 0, 444]), seenOnce = PValue(Fit(once, null), [0, 0, 0, 444]);

        Assert.True(neverSeen <= seenOnce, $"{neverSeen} never seen, {seenOnce} seen once");
        Assert.True(neverSeen < 0.01);
    }

    [Fact]
    public void Explain_ADeparture_IsThatColumnsAloneAndAddsUp()
    {
        PlanarFlowTransformer model = Fit([.. Normal(300, 2, 4).Select(row => (float[])[.. row, 443])], 0);
        var scores = new float[2];
        float[] departs = [0.5f, 0, 444];
        model.LogLikelihood([.. departs, .. model.Model.Reference], scores);

        var explained = model.Explain(departs);

        Assert.Equal(2, explained[0].Index);
        Assert.InRange(explained[0].Contribution, 1000, 1e6);
        Assert.Equal(scores[1] - (double)scores[0], explained.Sum(feature => (double)feature.Contribution), 0.01);
    }

    [Fact]
    public void Fit_ThousandsOfZeroColumns_KeepsTheLikelihoodOfTheOthers()
    {
        float[][] rows = Normal(200, 2, 5), wide = [.. rows.Select(row => (float[])[.. row, .. new float[3000]])];

        Assert.Equal(Rows.Scores(Fit(rows, 0), Rows.View(_context, rows)), Rows.Scores(Fit(wide, 0), Rows.View(_context, wide)));
    }

    [Fact]
    public void Fit_NothingVaries_ScoresDeparturesByTheirSize()
    {
        PlanarFlowTransformer model = Fit([.. Enumerable.Repeat(new float[] { 0, 443 }, 100)], null);

        float[] scores = Rows.Scores(model, Rows.View(_context, [[0, 443], [0, 444], [0, 500], [1, 500]]));

        Assert.Equal(0, scores[0]);
        Assert.True(scores[0] < scores[1] && scores[1] < scores[2] && scores[2] < scores[3], string.Join(" ", scores));
        Assert.All(model.Sample(10, seed: 1).Chunk(2), row => Assert.Equal([0, 443], row));
    }

    private static float[][] Normal(int count, int dimension, int seed)
    {
        var random = new RandomStream(seed, 55);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, dimension).Select(_ => (float)random.NextGaussian())])];
    }

    private PlanarFlowTransformer Fit(float[][] rows, double? contamination) => _context.Flows.PlanarFlow(
        new PlanarFlowEstimator.Options
        {
            Contamination = contamination,
            Seed = 1,
            MaximumSteps = 200,
        }).Fit(Rows.View(_context, rows));

    private float PValue(PlanarFlowTransformer model, float[] row) =>
        model.Transform(Rows.View(_context, [row])).GetColumn<float>("PValue").Single();
}
