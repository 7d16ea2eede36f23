using System.Globalization;
using Microsoft.Data.Analysis;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>A DataFrame is an IDataView: a flow trains on it and scores it as it is.</summary>
public sealed class DataFrameTests
{
    [Fact]
    public void DataFrame_TrainedOnAndScored_RanksPlantedReadingsFirst()
    {
        using var folder = new TemporaryFolder();
        string path = folder["readings.csv"];
        WriteCsv(path, Pump.Readings());

        var mlContext = new MLContext(seed: 1);
        DataFrame readings = DataFrame.LoadCsv(path);
        var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(readings);
        DataFrame scored = model.Transform(readings).ToDataFrame(-1, "Minute", "Score", "PValue", "PredictedLabel");
        DataFrame strangest = scored.OrderByDescending("Score").Head(3);

        Assert.Equal(Pump.Planted, strangest["Minute"].Cast<float>().Select(minute => (int)minute).Order());
        Assert.All(strangest["PredictedLabel"].Cast<bool>(), Assert.True);
        Pump.AssertSameAsInMemory(mlContext, model, readings);
    }

    [Fact]
    public void DataFrame_WithAnEmptyCell_AlarmsThere()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView rows = Pump.View(mlContext);
        var model = Pump.Pipeline(mlContext).Fit(rows);

        DataFrame readings = rows.ToDataFrame(-1);
        readings["Pressure"][5] = null;
        IDataView scored = model.Transform(readings);

        Assert.Equal(float.NaN, Pump.Scores(scored)[5]);
        Assert.True(scored.GetColumn<bool>("PredictedLabel").ElementAt(5));
        Assert.Equal(1, Pump.Scores(scored).Count(float.IsNaN));
    }

    // As the page says.
    [Fact]
    public void ToDataFrame_WithoutANumberOfRows_TakesAHundred() =>
        Assert.Equal(100, Pump.View(new MLContext()).ToDataFrame().Rows.Count);

    internal static void WriteCsv(string path, Reading[] readings) => File.WriteAllLines(
        path,
        [
            "Minute,Speed,Temperature,Pressure",
            .. readings.Select(reading => string.Create(
                CultureInfo.InvariantCulture,
                $"{reading.Minute},{reading.Speed},{reading.Temperature},{reading.Pressure}")),
        ]);
}
