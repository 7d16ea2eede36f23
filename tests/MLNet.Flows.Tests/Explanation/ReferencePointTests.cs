using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Explanation;

/// <summary>Where explanations start: a likely point that is no training row.</summary>
public sealed class ReferencePointTests
{
    private static readonly int[] Categories = [3, 4, 5];
    private readonly MLContext _context = new(1);

    public static TheoryData<string, double?> Fits { get; } = new()
    {
        { "categories", null }, { "categories", 0 }, { "categories", 0.1 }, { "clusters", null }, { "clusters", 0 },
        { "wide", null }, { "heavy", null },
        { "constants", null },
    };

    [Theory]
    [MemberData(nameof(Fits))]
    public void Reference_OfAFit_IsLikelierThanHalfOfTheTrainingRowsAndNoneOfThem(string kind, double? contamination)
    {
        float[][] rows = Data(kind, 600);
        PlanarFlowTransformer model = Fit(rows, contamination);
        float[] reference = model.Model.Reference, scores = Rows.Scores(model, Rows.View(_context, [.. rows, reference]));

        Assert.True(scores[^1] < scores[..^1].Order().ElementAt(scores.Length / 2), $"{scores[^1]}");
        Assert.DoesNotContain(rows, row => row.AsSpan().SequenceEqual(reference));
        Assert.Equal(reference, Fit(rows, contamination).Model.Reference);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void Explain_CategoryNeverSeen_IsExplainedByItsGroup(double? contamination)
    {
        PlanarFlowTransformer model = Fit(Data("categories", 1500), contamination);
        var reference = new float[1];
        model.LogLikelihood(model.Model.Reference, reference);
        int start = 0;
        foreach (int size in Categories)
        {
            float[] row = [.. OneHot([0, 0, 0]), 0, 0];
            row.AsSpan(start, size).Clear();
            IDataView scored = model.Transform(Rows.View(_context, [row]));
            if (contamination == 0)
                Assert.True(scored.GetColumn<bool>("PredictedLabel").Single());

            IReadOnlyList<FeatureContribution> explained = model.Explain(row, row.Length);

            Assert.InRange(explained[0].Index, start, start + size - 1);
            double difference = scored.GetColumn<float>("Score").Single() + (double)reference[0];
            Assert.Equal(difference, explained.Sum(feature => (double)feature.Contribution), 1e-3 + 1e-4 * Math.Abs(difference));
            start += size;
        }
    }

    private static float[] OneHot(int[] categories) =>
        [.. Categories.SelectMany(
            (size, group) => Enumerable.Range(0, size).Select(value => value == categories[group] ? 1f : 0f))];

    private static float[][] Data(string kind, int count)
    {
        var random = new RandomStream(3, 44);
        float Gaussian() => (float)random.NextGaussian();
        return [.. Enumerable.Range(0, count).Select(_ => (float[])(kind switch
        {
            "categories" =>
            [
                .. OneHot([.. Categories.Select(size => Math.Min(random.NextInt32(size), random.NextInt32(size)))]),
                Gaussian(),
                Gaussian(),
            ],
            "clusters" => [.. Enumerable.Repeat(random.NextInt32(2) * 20, 2).Select(center => center + Gaussian()), Gaussian()],
            "wide" => [.. Enumerable.Range(0, 120).Select(_ => Gaussian())],
            "heavy" => [(float)Math.Exp(2 * Gaussian()), random.NextInt32(100) == 0 ? -999 : Gaussian()],
            _ => [7, Gaussian(), 0],
        }))];
    }

    private PlanarFlowTransformer Fit(float[][] rows, double? contamination) => _context.Flows.PlanarFlow(
        new PlanarFlowEstimator.Options
        {
            Contamination = contamination,
            Seed = 1,
            CalibrationFolds = rows[0].Length > 100 ? 0 : null,
        }).Fit(Rows.View(_context, rows));
}
