using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/explanations.md, as it stands there, and what the page says of it.</summary>
public sealed class ExplanationsPageTests
{
    [Fact]
    public void Page_OnExplanations_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i => Reading.Of(i)));
        var strange = new Reading { Speed = 2, Temperature = 9 };
        IDataView today = mlContext.Data.LoadFromEnumerable([Reading.Of(500), strange, Reading.Of(501)]);
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature")
            .Append(mlContext.Flows.PlanarFlow(contamination: 0))
            .Fit(data);

        foreach (FeatureContribution part in mlContext.Flows.Explain(model, strange, numberOfFeatures: 3))
            Console.WriteLine($"{part.Name} = {part.Value} adds {part.Contribution:F1} nats (likely: {part.Reference})");

        IDataView scored = model.Transform(today);
        IDataView alarms = mlContext.Data.FilterByCustomPredicate(scored, (Scored row) => !row.PredictedLabel);
        foreach (IReadOnlyList<FeatureContribution> why in mlContext.Flows.ExplainRows(model, alarms, numberOfFeatures: 2))
            Console.WriteLine(string.Join(", ", why.Select(part => $"{part.Name}: {part.Contribution:F1}")));

        FeatureContribution largest = Assert.Single(mlContext.Flows.ExplainRows(model, alarms, numberOfFeatures: 2))[0];
        Assert.Equal("Temperature", largest.Name);

        // The contributions are the difference of the scores of the row and of the likely point.
        IReadOnlyList<FeatureContribution> all = mlContext.Flows.Explain(model, strange);
        float[] reference = [.. all.OrderBy(part => part.Index).Select(part => part.Reference)];
        var likely = new Reading { Speed = reference[0], Temperature = reference[1] };
        float[] scores = [.. model.Transform(mlContext.Data.LoadFromEnumerable([strange, likely])).GetColumn<float>("Score")];
        Assert.Equal(scores[0] - scores[1], all.Sum(part => part.Contribution), 1e-2 * Math.Abs(scores[0]));
    }

    [Fact]
    public void Page_OnAColumnOfContributions_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 200).Select(i => Reading.Of(i)));

        var pipeline = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature")
            .Append(mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options
            {
                FeatureContributionsColumnName = "Why",
            }));

        IDataView scored = pipeline.Fit(data).Transform(data);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Why"].GetSlotNames(ref names);
        Assert.Equal(["Speed", "Temperature"], names.DenseValues().Select(name => name.ToString()));
        Assert.Equal(200, scored.GetColumn<VBuffer<float>>("Why").Count(why => why.Length == 2));
    }

    private class Reading
    {
        public float Speed { get; set; }

        public float Temperature { get; set; }

        public static Reading Of(int i) => new()
        {
            Speed = i % 7 + MathF.Sin(i),
            Temperature = i % 7 + MathF.Sin(i) + 0.2f * MathF.Sin(3 * i),
        };
    }

    private sealed class Scored : Reading
    {
        public bool PredictedLabel { get; set; }
    }
}
