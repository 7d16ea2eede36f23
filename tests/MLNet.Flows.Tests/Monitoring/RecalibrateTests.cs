using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Monitoring;

/// <summary>P-values that rank rows among fresh ones.</summary>
public sealed class RecalibrateTests
{
    private readonly MLContext _context = new(seed: 1);
    private readonly List<string> _warnings = [];

    public RecalibrateTests() => _context.Log += (_, message) =>
    {
        if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
            _warnings.Add(message.RawMessage);
    };

    // Rows whose scale has grown by half: without retraining the rate is again what it should be, and scores are the same bits.
    [Fact]
    public void PredictedLabel_OfDriftedRows_IsTheRateAfterRecalibration()
    {
        PlanarFlowTransformer model = Fit(0.0);
        IDataView fresh = Rows.View(_context, Normal(4000, 2, 1.5)), later = Rows.View(_context, Normal(20_000, 3, 1.5));

        PlanarFlowTransformer recalibrated = model.Recalibrate(fresh);

        Assert.True(Alarms(model, later) > 0.05);
        Assert.InRange(Alarms(recalibrated, later), 0.006, 0.015);
        Assert.Equal(Rows.Scores(model, later), Rows.Scores(recalibrated, later));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Recalibrate_OfAChainThatIsSavedAndLoaded_IsKept()
    {
        IDataView train = Rows.View(_context, Normal(1000, 1, 1)), fresh = Rows.View(_context, Normal(1000, 2, 1.5));
        ITransformer chain = _context.Transforms.NormalizeMinMax("Features")
            .Append(_context.Flows.PlanarFlow()).Fit(train);
        using var before = new MemoryStream();
        _context.Model.Save(chain, train.Schema, before);
        before.Position = 0;

        ITransformer recalibrated = _context.Model.Load(before, out _).Recalibrate(fresh);
        using var after = new MemoryStream();
        _context.Model.Save(recalibrated, train.Schema, after);
        after.Position = 0;
        ITransformer loaded = _context.Model.Load(after, out _);

        float[] expected = [.. chain.Recalibrate(fresh).Transform(fresh).GetColumn<float>("PValue")];
        Assert.Equal(expected, recalibrated.Transform(fresh).GetColumn<float>("PValue"));
        Assert.Equal(expected, loaded.Transform(fresh).GetColumn<float>("PValue"));
        Assert.NotEqual(expected, chain.Transform(fresh).GetColumn<float>("PValue"));
        RankedSample ranked = loaded.FindFlow().Model.RankedRows;
        Assert.Equal((1000, true), (ranked.EffectiveRows, ranked.IsRecalibrated));
    }

    // As many times as their weight; rows of no weight and with missing features are passed over.
    [Fact]
    public void Recalibrate_WithWeights_CountsRowsByThem()
    {
        PlanarFlowTransformer model = Fit(null);
        float[][] rows = Normal(300, 2, 1);
        IDataView Weighted(Func<int, float> weight) => _context.Data.LoadFromEnumerable(
            rows.Append([float.NaN, 0, 0]).Select((row, i) => new WeightedRow { Features = row, Weight = weight(i) }));
        IDataView twice = Rows.View(_context, [.. rows[..100], .. rows]);

        float[] actual = P(model.Recalibrate(Weighted(i => i < 100 ? 2 : i < 300 ? 1 : 5), "Weight"));
        float[] none = P(model.Recalibrate(Weighted(i => i < 200 ? 1 : 0), "Weight"));

        float[] expected = P(model.Recalibrate(twice)), first = P(model.Recalibrate(Rows.View(_context, rows[..200])));
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 0.006f);
            Assert.Equal(first[i], none[i], 1e-6f);
        }

        float[] P(ITransformer flow) => [.. flow.Transform(Rows.View(_context, Normal(500, 9, 1))).GetColumn<float>("PValue")];
    }

    [Fact]
    public void Recalibrate_OnFewOrContaminatedRows_Warns()
    {
        PlanarFlowTransformer model = Fit(0.0);

        model.Recalibrate(Rows.View(_context, Normal(50, 2, 1)));
        string few = Assert.Single(_warnings);
        _warnings.Clear();
        float[][] anomalies = [.. Normal(20, 3, 1).Select(row => Array.ConvertAll(row, x => x + 9))];
        model.Recalibrate(Rows.View(_context, [.. Normal(500, 2, 1), .. anomalies]));

        Assert.Contains("on 50 rows, of which a false-alarm rate of 0.01 is less than one", few);
        Assert.Contains("20 of 520 lie so far from the others", Assert.Single(_warnings));
    }

    [Fact]
    public void Arguments_ThatAreNone_AreRefused()
    {
        PlanarFlowTransformer model = Fit(0.0);
        string Fault(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;

        Assert.Contains(
            "None of the 1 rows has a score",
            Fault(() => model.Recalibrate(Rows.View(_context, [[float.NaN, 1, 2]]))));
        Assert.Contains("has 2 values per row", Fault(() => model.Recalibrate(Rows.View(_context, [[1, 2]]))));
        Assert.Contains(
            "There is no example weight column 'W'", Fault(() => model.Recalibrate(Rows.View(_context, Normal(5, 1, 1)), "W")));
        ITransformer other = _context.Transforms.NormalizeMinMax("Features").Fit(Rows.View(_context, Normal(5, 1, 1)));
        Assert.Contains("holds no flow", Fault(() => other.Recalibrate(Rows.View(_context, Normal(5, 1, 1)))));
    }

    private PlanarFlowTransformer Fit(double? contamination) => _context.Flows.PlanarFlow(
        new PlanarFlowEstimator.Options { Seed = 1, Contamination = contamination, FalseAlarmRate = 0.01 })
        .Fit(Rows.View(_context, Normal(2000, 1, 1)));

    private static double Alarms(ITransformer model, IDataView rows) =>
        model.Transform(rows).GetColumn<bool>("PredictedLabel").Average(alarm => alarm ? 1.0 : 0);

    internal static float[][] Normal(int count, int seed, double scale)
    {
        var random = new RandomStream(seed, 58);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, 3).Select(_ => (float)(scale * random.NextGaussian()))])];
    }

    private sealed class WeightedRow
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public float Weight { get; set; }
    }
}
