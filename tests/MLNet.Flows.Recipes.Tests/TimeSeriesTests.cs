using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>Windows over a time series as feature vectors: a stretch whose values are all ordinary, in an order that is
/// not.</summary>
public sealed class TimeSeriesTests
{
    private const int Day = 24;
    private const int OddHour = 60 * Day + 3;

    [Fact]
    public void Windows_OverASeries_FindTheOddOne()
    {
        float[] past = Series(days: 120, seed: 1);
        float[] fresh = Series(days: 90, seed: 2);
        StandStill(fresh);

        var mlContext = new MLContext(seed: 1);
        var model = mlContext.Flows.PlanarFlow("Values").Fit(mlContext.Data.LoadFromEnumerable(Windows(past)));
        IDataView scored = model.Transform(mlContext.Data.LoadFromEnumerable(Windows(fresh)));
        ScoredWindow strangest = mlContext.Data.CreateEnumerable<ScoredWindow>(scored, reuseRowObject: false)
            .MaxBy(window => window.Score)!;

        // It holds half of the odd hours or more, and their value is an ordinary one.
        Assert.InRange(strangest.Start, OddHour + 3 - Window.Length, OddHour + 3);
        Assert.True(strangest.PredictedLabel);
        Assert.InRange(fresh[OddHour], past.Min(), past.Max());

        // The windows that do not touch the odd hours alarm as often as asked for, or nearly.
        ScoredWindow[] others = [.. mlContext.Data.CreateEnumerable<ScoredWindow>(scored, reuseRowObject: false)
            .Where(window => window.Start + Window.Length <= OddHour || window.Start >= OddHour + 6)];
        Assert.InRange(others.Count(window => window.PredictedLabel) / (double)others.Length, 0, 0.03);
    }

    [Fact]
    public void ValuesAlone_DoNotFindIt()
    {
        float[] fresh = Series(days: 90, seed: 2);
        StandStill(fresh);

        var mlContext = new MLContext(seed: 1);
        var model = mlContext.Flows.PlanarFlow("Values").Fit(
            mlContext.Data.LoadFromEnumerable(Series(days: 120, seed: 1).Select(value => new Value { Values = [value] })));
        IDataView scored = model.Transform(
            mlContext.Data.LoadFromEnumerable(fresh.Select(value => new Value { Values = [value] })));

        Assert.DoesNotContain(true, scored.GetColumn<bool>("PredictedLabel").Skip(OddHour).Take(6));
    }

    private static IEnumerable<Window> Windows(float[] series)
    {
        for (int start = 0; start + Window.Length <= series.Length; start++)
            yield return new Window { Start = start, Values = series[start..(start + Window.Length)] };
    }

    // A day's wave with noise that lasts a few hours.
    private static float[] Series(int days, int seed)
    {
        var random = new Random(seed);
        double noise = 0;
        return [.. Enumerable.Range(0, days * Day).Select(hour =>
        {
            noise = 0.6 * noise + 0.1 * Pump.Noise(random);
            return (float)(10 + 3 * Math.Sin(2 * Math.PI * hour / Day) + noise);
        })];
    }

    // For six hours of a day's crest the sensor repeats one value.
    private static void StandStill(float[] series) => series.AsSpan(OddHour, 6).Fill(series[OddHour]);

    /// <summary>Consecutive values of a series.</summary>
    public sealed class Window
    {
        public const int Length = 12;

        public int Start { get; set; }

        [VectorType(Length)]
        public float[] Values { get; set; } = [];
    }

    /// <summary>A window's start and what the flow says of it.</summary>
    public sealed class ScoredWindow
    {
        public int Start { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class Value
    {
        [VectorType(1)]
        public float[] Values { get; set; } = [];
    }
}
