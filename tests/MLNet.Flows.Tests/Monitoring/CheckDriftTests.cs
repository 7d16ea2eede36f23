using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Monitoring;

/// <summary>Whether rows still come from where the flow's rows came from.</summary>
public sealed class CheckDriftTests
{
    private readonly MLContext _context = new(seed: 1);

    // Published critical values: 1.3581 / sqrt(n) at 5 %, 1.6276 at 1 %.
    [Theory]
    [InlineData(1.3581, 0.05)]
    [InlineData(1.6276, 0.01)]
    [InlineData(0.8276, 0.5)]
    [InlineData(0, 1)]
    public void Significance_OfCriticalDistances_IsKolmogorovs(double x, double expected)
    {
        const double Rows = 2e8;
        double root = Math.Sqrt(Rows / 2);

        Assert.Equal(expected, KolmogorovSmirnov.Significance(x / root, Rows, Rows), 1e-3);
    }

    [Fact]
    public void CheckDrift_OfRowsLikeThoseTrainedOn_FindsNoneAndOfOthersFindsTheColumn()
    {
        PlanarFlowTransformer model = Fit();
        int found = 0;
        for (int seed = 2; seed < 12; seed++)
            found += Check(model, RecalibrateTests.Normal(500, seed, 1)).IsDrift ? 1 : 0;

        float[][] moved = [.. RecalibrateTests.Normal(500, 2, 1).Select(row => (float[])[row[0], row[1] + 1.5f, row[2]])];
        DriftReport drift = Check(model, [.. moved, [float.NaN, 0, 0]]);

        Assert.InRange(found, 0, 1);
        Assert.True(drift.IsDrift && drift.Significance < 1e-6 && drift.Distance > 0.15, $"{drift.Distance}");
        Assert.Equal((500, 1, 0.01), (drift.RowCount, drift.MissingCount, drift.ExpectedAlarmRate));
        Assert.True(drift.AlarmRateLow > 0.01 && drift.AlarmRateLow < drift.AlarmRate && drift.AlarmRate < drift.AlarmRateHigh);
        Assert.Equal((1, "Features[1]"), (drift.Features[0].Index, drift.Features[0].Name));
        Assert.True(drift.Features[0].StandardErrors > 5 && Math.Abs(drift.Features[2].StandardErrors) < 4);
        Assert.Equal(drift.RankedShares.Count, drift.FreshShares.Count);
        Assert.Equal(drift.FreshShares, drift.FreshShares.Order());
    }

    // Given the hour, a spread that is usual at another one is drift; the contexts themselves are never strange.
    [Fact]
    public void CheckDrift_GivenAContext_ComparesWhatIsUsualThere()
    {
        PlanarFlowTransformer model = _context.Flows
            .PlanarFlow(new PlanarFlowEstimator.Options { Seed = 1, ContextColumnName = "Given", InputNoise = 0 })
            .Fit(Hours(3000, 1, change: 0));

        Assert.False(_context.Flows.CheckDrift(model, Hours(1000, 2, 0), significance: 0.001).IsDrift);
        Assert.True(_context.Flows.CheckDrift(model, Hours(1000, 3, 1)).IsDrift);
    }

    [Fact]
    public void CheckDrift_TrainedOnContaminatedRows_AsksForRecalibrationFirst()
    {
        PlanarFlowTransformer model = Fit(contamination: 0.05);
        float[][] fresh = RecalibrateTests.Normal(500, 2, 1);

        string fault = Assert.Throws<InvalidOperationException>(() => Check(model, fresh)).Message;

        Assert.Contains("a share of 0.05 was expected to be anomalies", fault);
        Assert.Contains("Recalibrate(freshNormalRows) first", fault);
        Assert.False(Check(model.Recalibrate(Rows.View(_context, RecalibrateTests.Normal(1000, 3, 1))), fresh).IsDrift);
    }

    // Nobody said that a tenth of the training rows were anomalies.
    [Fact]
    public void CheckDrift_ToldNothingOfAnomalies_SaysWhereTheyMayHaveBeen()
    {
        float[][] mixed = [.. RecalibrateTests.Normal(1800, 1, 1), .. RecalibrateTests.Normal(200, 5, 6)];
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = 1 })
            .Fit(Rows.View(_context, mixed));
        float[][] fresh = RecalibrateTests.Normal(1000, 2, 1);
        var warnings = new List<string>();
        _context.Log += (_, log) => warnings.Add(log.RawMessage);

        DriftReport report = Check(model, fresh);

        Assert.True(report.IsDrift && report.LooksContaminated, $"{report.Significance}");
        Assert.Contains(warnings, warning => warning.Contains("as if anomalies had been among the training rows"));
        DriftReport after = Check(model.Recalibrate(Rows.View(_context, RecalibrateTests.Normal(1000, 3, 1))), fresh);
        Assert.False(after.IsDrift || after.LooksContaminated);
        Assert.False(Check(model, [.. fresh.Select(row => (float[])[row[0] + 3, row[1], row[2]])]).LooksContaminated);
    }

    [Fact]
    public void Arguments_ThatAreNone_AreRefused()
    {
        PlanarFlowTransformer model = Fit();
        string Fault(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;

        Assert.Contains(
            "There are 19 rows with a score (1 have none)",
            Fault(() => Check(model, [.. RecalibrateTests.Normal(19, 1, 1), [float.NaN, 0, 0]])));
        Assert.Contains("has 2 values per row", Fault(() => Check(model, [[1, 2]])));
        foreach (double significance in (double[])[0, 1, double.NaN])
        {
            Assert.Contains(
                "between 0 and 1",
                Fault(() => _context.Flows.CheckDrift(
                    model, Rows.View(_context, RecalibrateTests.Normal(30, 1, 1)), significance)));
        }
    }

    private DriftReport Check(ITransformer model, float[][] rows) => _context.Flows.CheckDrift(model, Rows.View(_context, rows));

    private PlanarFlowTransformer Fit(double? contamination = 0) => _context.Flows.PlanarFlow(
        new PlanarFlowEstimator.Options { Seed = 1, Contamination = contamination, FalseAlarmRate = 0.01 })
        .Fit(Rows.View(_context, RecalibrateTests.Normal(2000, 1, 1)));

    private IDataView Hours(int count, int seed, double change)
    {
        var random = new RandomStream(seed, 59);
        return _context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ =>
        {
            double angle = 2 * Math.PI * random.NextDouble();
            double spread = 0.6 + 0.5 * Math.Sin(angle + change);
            return new GivenRow
            {
                Features = [(float)(2 * Math.Cos(angle) + spread * random.NextGaussian())],
                Given = [(float)Math.Sin(angle), (float)Math.Cos(angle)],
            };
        }).ToArray());
    }

    private sealed class GivenRow
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        [VectorType(2)]
        public float[] Given { get; set; } = [];
    }
}
