using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Flows;

namespace MLNet.Flows.Tests.EndToEnd;

/// <summary>P-values of fresh rows are uniform and alarms come at the rate asked for.</summary>
public sealed class CalibrationTests
{
    private readonly MLContext _context = new(3);

    // Of 200 rows alone the distance is up to 0.1 by chance, and a flow on three quarters of so few rows is worse than one on
    // all: p-values lean towards caution.
    [Theory]
    [InlineData(20_000, 4, null, 0.02)]
    [InlineData(200, 20, null, 0.2)]
    [InlineData(200, 20, 0.0, 0.2)]
    public void PValue_OfFreshRows_IsUniform(int trained, int dimension, double? contamination, double distance)
    {
        const int Fresh = 20_000;
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(contamination: contamination)
            .Fit(Rows.View(_context, Draw(trained, dimension, 1)));

        IDataView scored = model.Transform(Rows.View(_context, Draw(Fresh, dimension, 2)));
        float[] p = [.. scored.GetColumn<float>("PValue").Order()];

        double largest = Enumerable.Range(0, Fresh)
            .Max(i => Math.Max(Math.Abs((i + 1.0) / Fresh - p[i]), Math.Abs((double)i / Fresh - p[i])));
        Assert.True(largest < distance, $"Kolmogorov-Smirnov distance {largest}");
    }

    [Theory]
    [InlineData(20_000, 4, 0.01)]
    [InlineData(1_000, 10, 0.05)]
    public void PredictedLabel_OfFreshRows_IsTheRateWithinThreeStandardErrors(int trained, int dimension, double rate)
    {
        const int Fresh = 20_000;
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(falseAlarmRate: rate)
            .Fit(Rows.View(_context, Draw(trained, dimension, 3)));

        double alarms = model.Transform(Rows.View(_context, Draw(Fresh, dimension, 4)))
            .GetColumn<bool>("PredictedLabel").Average(alarm => alarm ? 1.0 : 0);

        Assert.Equal(rate, alarms, 3 * Math.Sqrt(rate * (1 - rate) * (1.0 / trained + 1.0 / Fresh)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    public void PValue_OfHeldOutShuttleRows_IsUniform(double? contamination)
    {
        float[][] normal = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "shuttle.csv")).Skip(1)
            .Select(
                line => Array.ConvertAll(
                    line.Split(','), cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)))
            .Where(row => row[^1] == 0).Select(row => row[..^1])];
        new RandomStream(8).Shuffle<float[]>(normal);
        int half = normal.Length / 2;
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(contamination: contamination)
            .Fit(Rows.View(_context, normal[..half]));

        float[] p = [.. model.Transform(Rows.View(_context, normal[half..])).GetColumn<float>("PValue").Order()];

        // Tied rows share a p-value: the step at their last counts.
        double largest = Enumerable.Range(0, p.Length)
            .Where(i => i + 1 == p.Length || p[i + 1] > p[i]).Max(i => Math.Abs((i + 1.0) / p.Length - p[i]));
        Assert.True(largest < 0.05, $"Kolmogorov-Smirnov distance {largest}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void PValue_FromHeldOutFlows_IsNearlyUniform(double? contamination)
    {
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(contamination: contamination)
            .Fit(Rows.View(_context, Draw(1500, 8, 7)));

        float[] p = [.. model.Transform(Rows.View(_context, Draw(20_000, 8, 8))).GetColumn<float>("PValue").Order()];

        double largest = Enumerable.Range(0, p.Length).Max(i => Math.Abs((i + 1.0) / p.Length - p[i]));
        Assert.True(largest < 0.05, $"Kolmogorov-Smirnov distance {largest}");
        double alarms = p.Average(value => value < 0.01 ? 1.0 : 0);
        Assert.Equal(0.01, alarms, 3 * Math.Sqrt(0.01 * 0.99 * (1.0 / 1500 + 1.0 / 20_000)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0.0)]
    public void PValue_OfDiscreteRowsFromHeldOutFlows_IsTheShareOfRowsNoLikelier(double? contamination)
    {
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(contamination: contamination)
            .Fit(Rows.View(_context, Digits(500, 7)));

        IDataView scored = model.Transform(Rows.View(_context, Digits(20_000, 8)));
        (float LogLikelihood, float P)[] rows =
            [.. scored.GetColumn<float>("LogLikelihood").Zip(scored.GetColumn<float>("PValue")).OrderBy(row => row.First)];

        // 64 values: the share of fresh rows up to and with each is what its p-value says.
        double largest = Enumerable.Range(0, rows.Length)
            .Where(i => i + 1 == rows.Length || rows[i + 1].LogLikelihood > rows[i].LogLikelihood)
            .Max(i => Math.Abs((i + 1.0) / rows.Length - rows[i].P));
        Assert.True(largest < 0.06, $"{largest} off");
    }

    public static TheoryData<string> EveryFlow => [.. FlowTable.Names];

    // Of 500 rows a tenth is 0.013 off by chance, the mean of three fits half of that.
    [Theory]
    [MemberData(nameof(EveryFlow))]
    public void PValue_OfEveryFlowOnFewRows_IsBelowATenthForATenthOfFreshRows(string flow)
    {
        double share = Enumerable.Range(1, 3).Average(seed =>
        {
            FlowOptions options = FlowTable.Defaults(flow);
            options.Seed = seed;
            return FlowTable.Create(_context, flow, options).Fit(Rows.View(_context, Draw(500, 6, 2 * seed)))
                .Transform(Rows.View(_context, Draw(5_000, 6, 2 * seed + 1)))
                .GetColumn<float>("PValue").Average(p => p < 0.1f ? 1.0 : 0);
        });

        Assert.InRange(share, 0.075, 0.13);
    }

    [Fact]
    public void CalibrationFolds_OnFewRows_TakeAwayMostFalseAlarms()
    {
        IDataView train = Rows.View(_context, Draw(200, 20, 5)), fresh = Rows.View(_context, Draw(5000, 20, 6));

        double Alarms(int folds) => _context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options { CalibrationFolds = folds, FalseAlarmRate = 0.05, Seed = 1 })
            .Fit(train).Transform(fresh).GetColumn<bool>("PredictedLabel").Average(alarm => alarm ? 1.0 : 0);

        double own = Alarms(0), folded = Alarms(4);
        Assert.True(own > 0.15, $"{own} by the training rows' own likelihoods");
        Assert.True(folded < 0.1, $"{folded} with folds");
    }

    // Of one fit on 200 rows the second lowest of them decides, which alone leaves 0.1 to 2.5 %; three fits are within 0.3 to 3 %
    // in the mean.
    [Theory]
    [InlineData(200, 200)]
    [InlineData(150, 2_000)]
    public void PredictedLabel_AsManyColumnsAsRowsOrMore_AlarmsAreAboutTheRate(int rows, int columns)
    {
        double mean = Enumerable.Range(1, 3).Average(seed =>
        {
            var random = new RandomStream(seed, 79);
            float[][] Normal(int count) => [.. Enumerable.Range(0, count).Select(
                _ => (float[])[.. Enumerable.Range(0, columns).Select(_ => (float)random.NextGaussian())])];
            PlanarFlowTransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = seed })
                .Fit(Rows.View(_context, Normal(rows)));
            return model.Transform(Rows.View(_context, Normal(2000)))
                .GetColumn<bool>("PredictedLabel").Average(alarm => alarm ? 1.0 : 0);
        });

        Assert.InRange(mean, 0.003, 0.03);
    }

    [Fact]
    public void Fit_CancelledWhileCalibrating_KeepsTheFlowAndRanksAmongItsOwnRows()
    {
        IDataView data = Rows.View(_context, Draw(200, 5, 7));
        using var source = new CancellationTokenSource();
        var options = new PlanarFlowEstimator.Options
        {
            NumberOfMembers = 1,
            MaximumSteps = 300,
            Seed = 1,
            CancellationToken = source.Token,
            Progress = new CancelAfterTheFirst(source),
            NumberOfThreads = 1,
        };
        PlanarFlowTransformer cancelled = _context.Flows.PlanarFlow(options).Fit(data);
        PlanarFlowTransformer whole = _context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options
            {
                NumberOfMembers = 1,
                MaximumSteps = 300,
                Seed = 1,
                CalibrationFolds = 0,
            }).Fit(data);

        Assert.Equal(300, cancelled.History.Progress[^1].Step);
        Assert.Equal(whole.Transform(data).GetColumn<float>("Score"), cancelled.Transform(data).GetColumn<float>("Score"));
        Assert.Equal(whole.Transform(data).GetColumn<float>("PValue"), cancelled.Transform(data).GetColumn<float>("PValue"));
    }

    private sealed class CancelAfterTheFirst(CancellationTokenSource source) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.MembersDone == 1)
                source.Cancel();
        }
    }

    // Three columns of small integers, the smaller the likelier: 64 different rows.
    private static float[][] Digits(int count, int seed)
    {
        var random = new RandomStream(seed, 78);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, 3).Select(
                _ => random.NextDouble() switch { < 0.55 => 0f, < 0.8 => 1f, < 0.95 => 2f, _ => 3f })])];
    }

    // Three correlated normals.
    private static float[][] Draw(int count, int dimension, int seed)
    {
        var random = new RandomStream(seed, 77);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double center = 4 * random.NextInt32(3), last = 0;
            return (float[])[.. Enumerable.Range(0, dimension).Select(
                d => (float)(last = 0.6 * last + random.NextGaussian() + (d % 2 == 0 ? center : 0)))];
        })];
    }
}
