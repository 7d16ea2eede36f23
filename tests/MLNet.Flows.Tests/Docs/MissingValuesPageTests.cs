using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/missing-values.md, as it stands there, and what the page says of it.</summary>
public sealed class MissingValuesPageTests
{
    private static readonly MLContext Context = new(seed: 1);

    [Fact]
    public void Page_OnReading_MakesEmptyCellsGapsAndKeepsZeros()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, ["speed,pressure", "1,2", "1,", "1,0", "1,NaN", "1,?"]);
            var mlContext = new MLContext(seed: 1);

            var csv = new TextLoader.Options { Separators = [','], HasHeader = true, MissingRealsAsNaNs = true };
            IDataView data = mlContext.Data.LoadFromTextFile<Reading>(path, csv);

            Assert.Equal([2, float.NaN, 0, float.NaN, float.NaN], data.GetColumn<float>("Pressure"));
            csv.MissingRealsAsNaNs = false;
            Assert.Equal(
                [2, 0, 0, float.NaN, float.NaN],
                mlContext.Data.LoadFromTextFile<Reading>(path, csv).GetColumn<float>("Pressure"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Page_OnGapsThatAlarm_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Readings(withGaps: true);

        var pipeline = mlContext.Transforms.Concatenate("Features", "Speed", "Pressure")
            .Append(mlContext.Flows.PlanarFlow());
        var model = pipeline.Fit(data);
        TrainingHistory history = model.LastTransformer.History;
        Console.WriteLine($"{history.RowsUsed} rows trained, {history.RowsSkipped} with gaps were left out");

        IDataView scored = model.Transform(data);
        Assert.Equal((270, 30), (history.RowsUsed, history.RowsSkipped));
        Assert.Equal(30, scored.GetColumn<float>("Score").Count(float.IsNaN));
        Assert.All(
            scored.GetColumn<float>("PValue").Zip(scored.GetColumn<bool>("PredictedLabel")),
            row => Assert.True(row.Second || !float.IsNaN(row.First)));
        FeatureContribution why = mlContext.Flows.Explain(model, new Reading { Speed = 1, Pressure = float.NaN })[0];
        Assert.Equal(("Pressure", float.NaN), (why.Name, why.Contribution));
    }

    [Fact]
    public void Page_OnWarnings_ShowsTheGapsLeftOut()
    {
        var warnings = new List<string>();
        var mlContext = new MLContext(seed: 1);
        mlContext.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
                Console.Error.WriteLine(message.Message);
        };
        mlContext.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning)
                warnings.Add(message.RawMessage);
        };

        mlContext.Transforms.Concatenate("Features", "Speed", "Pressure").Append(mlContext.Flows.PlanarFlow())
            .Fit(Readings(withGaps: true));

        Assert.Contains("Skipped 30 of 300 rows: a value of column 'Features' is missing or infinite.", warnings);
    }

    [Fact]
    public void Page_OnFilledGaps_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Readings(withGaps: true);

        var filled = mlContext.Transforms.Concatenate("Features", "Speed", "Pressure")
            .Append(mlContext.Transforms.ReplaceMissingValues(
                "Features", replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean))
            .Append(mlContext.Flows.PlanarFlow());

        IDataView scored = filled.Fit(data).Transform(data);
        Assert.DoesNotContain(scored.GetColumn<float>("Score"), float.IsNaN);
    }

    [Fact]
    public void Page_OnGapsAsACategory_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Readings(withGaps: true);

        var withGaps = mlContext.Transforms.IndicateMissingValues("NoPressure", "Pressure")
            .Append(mlContext.Transforms.Conversion.ConvertType("NoPressure", outputKind: DataKind.String))
            .Append(mlContext.Transforms.Concatenate("Features", "Speed", "Pressure"))
            .Append(mlContext.Transforms.ReplaceMissingValues(
                "Features", replacementMode: MissingValueReplacingEstimator.ReplacementMode.Mean))
            .Append(mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options
            {
                Contamination = 0,
                CategoricalColumnNames = ["NoPressure"],
            }));

        // Gaps are usual in fast readings, and none was ever seen in a slow one.
        ITransformer model = withGaps.Fit(data);
        IDataView fresh = Context.Data.LoadFromEnumerable(
            [new Reading { Speed = 4.1f, Pressure = float.NaN }, new Reading { Speed = 1, Pressure = float.NaN }]);
        float[] pValues = [.. model.Transform(fresh).GetColumn<float>("PValue")];
        Assert.True(pValues[0] > 0.01 && pValues[1] < 0.01, $"{pValues[0]}, {pValues[1]}");
        Assert.Equal(0, model.FindFlow().History.RowsSkipped);
    }

    [Fact]
    public void Fit_WhereEveryRowHasAGap_SaysSo()
    {
        IDataView data = Context.Data.LoadFromEnumerable(
            Enumerable.Range(0, 50).Select(i => new Reading { Speed = i, Pressure = float.NaN }));
        var pipeline = Context.Transforms.Concatenate("Features", "Speed", "Pressure").Append(Context.Flows.PlanarFlow());

        var error = Assert.Throws<InvalidOperationException>(() => pipeline.Fit(data));
        Assert.Contains("ReplaceMissingValues", error.Message);
    }

    // Pressure follows speed; in fast readings every fourth is missing.
    private static IDataView Readings(bool withGaps) => Context.Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i =>
    {
        float speed = i % 5 + 0.3f * MathF.Sin(i);
        bool gap = withGaps && i % 10 == 4;
        return new Reading { Speed = speed, Pressure = gap ? float.NaN : 2 * speed + 0.2f * MathF.Sin(3 * i) };
    }));

    private sealed class Reading
    {
        [LoadColumn(0)]
        public float Speed { get; set; }

        [LoadColumn(1)]
        public float Pressure { get; set; }
    }
}
