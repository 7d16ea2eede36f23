using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Monitoring;

/// <summary>Alarms within a false discovery rate.</summary>
public sealed class SelectAlarmsTests
{
    private readonly MLContext _context = new(seed: 1);

    // m p / rank: 0.008, 0.02, 0.0533.., 0.082 (of 0.0328 x 10 / 4), then the running minimum from the right.
    [Fact]
    public void QValue_OfTenRows_IsBenjaminiAndHochbergs()
    {
        float[] pValues = [0.5f, 0.0008f, 0.9f, 0.016f, 0.002f, 0.4f, 0.0328f, 0.7f, 0.033f, 1];

        AlarmSelection selection = _context.Flows.SelectAlarms(View(pValues), falseDiscoveryRate: 0.06);

        float[] expected = [0.714285f, 0.008f, 1, 0.053333f, 0.01f, 0.666666f, 0.066f, 0.875f, 0.066f, 1];
        float[] actual = [.. selection.Rows.GetColumn<float>("QValue")];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
        Assert.Equal(expected.Select(q => q <= 0.06), selection.Rows.GetColumn<bool>("PredictedLabel"));
        Assert.Equal((10, 3, 0), (selection.RowCount, selection.AlarmCount, selection.MissingCount));
        Assert.Equal(0.016f, selection.Threshold);
    }

    [Fact]
    public void Rows_WithoutAPValue_StayAlarmsAndAreCountedApart()
    {
        AlarmSelection selection = _context.Flows.SelectAlarms(View([0.5f, float.NaN, 0.7f]));

        Assert.Equal([false, true, false], selection.Rows.GetColumn<bool>("PredictedLabel"));
        Assert.Equal([0.7f, float.NaN, 0.7f], selection.Rows.GetColumn<float>("QValue"));
        Assert.Equal((3, 0, 1, 0), (selection.RowCount, selection.AlarmCount, selection.MissingCount, selection.Threshold));
    }

    // 0.05 as a Single is above 0.05 as a Double.
    [Fact]
    public void Rows_AtTheVeryRate_AreSelected()
    {
        AlarmSelection selection = _context.Flows.SelectAlarms(View([0.05f]), falseDiscoveryRate: 0.05);
        float zero = _context.Flows.SelectAlarms(View([-0f])).Rows.GetColumn<float>("QValue").Single();

        Assert.Equal((1, true), (selection.AlarmCount, selection.Rows.GetColumn<bool>("PredictedLabel").Single()));
        Assert.Equal("0", FormattableString.Invariant($"{zero}"));
    }

    [Fact]
    public void Rows_NoneAtAll_SelectNone()
    {
        AlarmSelection selection = _context.Flows.SelectAlarms(View([]));

        Assert.Empty(selection.Rows.GetColumn<bool>("PredictedLabel"));
        Assert.Equal((0, 0, 0), (selection.RowCount, selection.AlarmCount, selection.MissingCount));
    }

    // Normal rows and a hundredth far out, by a flow on clean rows: over 20 sets the false share keeps to the rate.
    [Fact]
    public void FalseShare_OfRowsScoredByAFlow_KeepsToTheRate()
    {
        PlanarFlowTransformer model = _context.Flows.PlanarFlow(contamination: 0).Fit(Rows.View(_context, Normal(4000, 1)));
        double[] shares = [.. Enumerable.Range(2, 20).Select(seed =>
        {
            float[][] rows = [.. Normal(1980, seed), .. Normal(20, 100 + seed).Select(row => Array.ConvertAll(row, x => x + 4))];
            AlarmSelection selection = _context.Flows.SelectAlarms(model.Transform(Rows.View(_context, rows)), 0.2);
            bool[] alarms = [.. selection.Rows.GetColumn<bool>("PredictedLabel")];
            Assert.Equal(20, alarms.Skip(1980).Count(alarm => alarm));
            return alarms.Take(1980).Count(alarm => alarm) / (double)selection.AlarmCount;
        })];

        double error = Math.Sqrt(shares.Select(share => Math.Pow(share - shares.Average(), 2)).Average() / shares.Length);
        Assert.InRange(shares.Average(), 0.05, 0.2 + 2 * error);
    }

    // The evaluator sees the selection in place of the flow's alarms.
    [Fact]
    public void Rows_OfASelection_CanBeEvaluated()
    {
        IDataView labeled = _context.Data.LoadFromEnumerable(
            Enumerable.Range(0, 100).Select(i => new Scored { PValue = i == 0 ? 1e-5f : i / 100f, Score = -i, Label = i == 0 }));

        FlowMetrics metrics = _context.Flows.Evaluate(_context.Flows.SelectAlarms(labeled).Rows);

        Assert.Equal((1, 1, 0), (metrics.Recall, metrics.Precision, metrics.FalseAlarmRate));
    }

    [Fact]
    public void Arguments_ThatAreNone_AreRefused()
    {
        IDataView view = View([0.5f]);
        string Fault(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;

        Assert.Contains(
            "There is no p-value column 'P' among 'PValue', 'Score', 'PredictedLabel', 'Label'",
            Fault(() => _context.Flows.SelectAlarms(view, pValueColumnName: "P")));
        Assert.Contains(
            "Column 'Label' is Boolean, but p-values are Single",
            Fault(() => _context.Flows.SelectAlarms(view, pValueColumnName: "Label")));
        Assert.Contains("Row 0 has 3 in column 'PValue'", Fault(() => _context.Flows.SelectAlarms(View([3]))));
        Assert.Contains(
            "not all different", Fault(() => _context.Flows.SelectAlarms(view, qValueColumnName: "PValue")));
        foreach (double rate in (double[])[0, 1, double.NaN])
            Assert.Contains("between 0 and 1", Fault(() => _context.Flows.SelectAlarms(view, rate)));
    }

    private IDataView View(float[] pValues) =>
        _context.Data.LoadFromEnumerable(pValues.Select(p => new Scored { PValue = p, Score = -p }));

    private static float[][] Normal(int count, int seed)
    {
        var random = new RandomStream(seed, 57);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, 5).Select(_ => (float)random.NextGaussian())])];
    }

    private sealed class Scored
    {
        public float PValue { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }

        public bool Label { get; set; }
    }
}
