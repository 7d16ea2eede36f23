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
    public void Page_OnYesterdaysAlarms_RunsAsItStands()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "model.zip"), yesterday = Path.Combine(folder, "yesterday.csv");
        try
        {
            Save(path);
            File.WriteAllLines(yesterday, ["Id,Machine,Speed,Temperature", "7,a,2,9", "8,a,2,2.1", "9,a,,3", "10,z,3,3.1"]);
            string[] lines = [.. WhyAlarmed(path, yesterday)];

            Assert.Equal(3, lines.Length);
            Assert.Matches("^7, p-value [0-9.E-]+: Temperature = 9 adds [0-9.]+ nats, ", lines[0]);
            Assert.Equal("9, p-value NaN: Speed is missing", lines[1]);
            Assert.Matches("^10, p-value [0-9.E-]+: Machine=unknown adds [0-9.]+ nats, ", lines[2]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Save(string path)
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i =>
        {
            Reading row = Reading.Of(i);
            return new Named { Id = i, Machine = i % 2 == 0 ? "a" : "b", Speed = row.Speed, Temperature = row.Temperature };
        }));
        var options = new PlanarFlowEstimator.Options { Contamination = 0, CategoricalColumnNames = ["Machine"] };
        mlContext.Model.Save(
            mlContext.Transforms.Concatenate("Features", "Speed", "Temperature").Append(mlContext.Flows.PlanarFlow(options))
                .Fit(data),
            data.Schema,
            path);
    }

    private static IEnumerable<string> WhyAlarmed(string path, string file)
    {
        var mlContext = new MLContext();
        ITransformer model = mlContext.Model.Load(path, out _);
        var csv = new TextLoader.Options { Separators = [','], HasHeader = true, MissingRealsAsNaNs = true };
        IDataView scored = model.Transform(mlContext.Data.LoadFromTextFile<Named>(file, csv));
        IDataView alarms = mlContext.Data.FilterByCustomPredicate(scored, (Alarm row) => !row.PredictedLabel);
        IEnumerable<Alarm> rows = mlContext.Data.CreateEnumerable<Alarm>(alarms, reuseRowObject: false);
        foreach (var (row, why) in rows.Zip(mlContext.Flows.ExplainRows(model, alarms, numberOfFeatures: 2)))
            yield return $"{row.Id}, p-value {row.PValue:G2}: {string.Join(", ", why.Select(Words))}";
    }

    private static string Words(FeatureContribution part) =>
        float.IsNaN(part.Contribution) ? $"{part.Name} is missing"
        : part.Category is not null ? $"{part.Name} adds {part.Contribution:F1} nats"       // Machine=lathe
        : $"{part.Name} = {part.Value} adds {part.Contribution:F1} nats, likely is {part.Reference:G4}";

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

    private class Named
    {
        [LoadColumn(0)]
        public float Id { get; set; }

        [LoadColumn(1)]
        public string Machine { get; set; } = "";

        [LoadColumn(2)]
        public float Speed { get; set; }

        [LoadColumn(3)]
        public float Temperature { get; set; }
    }

    private sealed class Alarm : Named
    {
        public float PValue { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Scored : Reading
    {
        public bool PredictedLabel { get; set; }
    }
}
