using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Monitoring;

/// <summary>What a drift monitor promises, on simulated streams.</summary>
public sealed class DriftMonitorTests
{
    private const int Columns = 10;
    private readonly MLContext _context = new(seed: 1);

    // Of 100 streams at 1 in 100, more than 4 have a chance below 1 %.
    [Fact]
    public void Watch_ExchangeableStreams_AlarmAtMostAsOftenAsTheSignificanceAllows()
    {
        int alarms = 0;
        Parallel.For(0, 100, stream =>
        {
            var monitor = new DriftMonitor(significance: 0.01, seed: stream);
            var random = new RandomStream(stream, 55);

            // Uneven, with ties: nothing is asked of p-values but that they are exchangeable.
            for (int i = 0; i < 20_000; i++)
                monitor.Watch((float)Math.Round(Math.Pow(random.NextDouble(), 3), stream % 2 == 0 ? 2 : 6));
            if (monitor.IsAlarm)
                Interlocked.Increment(ref alarms);
        });

        Assert.InRange(alarms, 0, 4);
    }

    [Theory]
    [InlineData(2, 200)]
    [InlineData(1, 1500)]
    [InlineData(-2, 200)]
    public void Watch_MeanOfOneOfTenColumnsMoves_AlarmsSoon(double standardDeviations, int within)
    {
        FlowTransformer model = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = 1 })
            .Fit(Rows.View(_context, Normal(5000, seed: 1, shift: 0)));
        long?[] delays = [.. Enumerable.Range(0, 21).Select(stream =>
        {
            float[][] rows =
                [.. Normal(2000, 2 + stream, 0), .. Normal(within + 500, 1000 + stream, standardDeviations)];
            var monitor = new DriftMonitor(seed: stream);
            monitor.Watch(model.Transform(Rows.View(_context, rows)).GetColumn<float>("PValue"));
            return monitor.AlarmRow - 2000;
        })];

        long median = delays.Select(delay => delay ?? long.MaxValue).Order().ElementAt(10);
        Assert.InRange(median, 0, within);
    }

    // Of normal rows less strange than before, as where a sensor is stuck at its most likely value.
    [Fact]
    public void Watch_RowsBecomeLikelier_Alarms()
    {
        var monitor = new DriftMonitor();
        var random = new RandomStream(3);
        monitor.Calibrate(Enumerable.Range(0, 1000).Select(_ => (float)random.NextDouble()));
        Assert.False(monitor.Watch(Enumerable.Range(0, 1000).Select(_ => (float)random.NextDouble())));

        Assert.True(monitor.Watch(Enumerable.Repeat(0.9f, 200)));

        Assert.InRange(monitor.AlarmRow!.Value, 1000, 1200);
        Assert.True(monitor.HighestCapital >= 100);
    }

    [Fact]
    public void Load_OfASavedMonitor_GoesOnWithTheSameBits()
    {
        var random = new RandomStream(4);
        float[] before = Draw(500), after = Draw(500);
        var whole = new DriftMonitor(0.05, seed: 7);
        whole.Calibrate(before);
        whole.Watch(before);
        whole.Watch(float.NaN);
        using var stream = new MemoryStream();
        whole.Save(stream);
        stream.Position = 0;
        DriftMonitor loaded = DriftMonitor.Load(stream);

        whole.Watch(after);
        loaded.Watch(after);

        Assert.Equal(stream.Length, stream.Position);
        Assert.Equal(
            (whole.Capital, whole.HighestCapital, whole.RowCount, whole.MissingCount, whole.CalibrationRowCount, 0.05),
            (loaded.Capital, loaded.HighestCapital, loaded.RowCount, loaded.MissingCount, loaded.CalibrationRowCount,
                loaded.Significance));

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
    }

    [Fact]
    public void Load_OfAnythingElse_SaysSo()
    {
        var monitor = new DriftMonitor();
        monitor.Watch([0.1f, 0.5f, 0.7f]);
        using var saved = new MemoryStream();
        monitor.Save(saved);
        byte[] content = saved.ToArray();
        for (int length = 0; length < content.Length; length++)
            Assert.Throws<FormatException>(() => DriftMonitor.Load(new MemoryStream(content[..length])));

        for (int at = 0; at < content.Length; at++)
        {
            byte[] changed = [.. content];
            changed[at] ^= 0x80;
            try
            {
                DriftMonitor.Load(new MemoryStream(changed)).Watch(0.5f);
            }
            catch (FormatException)
            {
            }
        }
    }

    // As many rows, none counted twice and none lost, though their order is the threads'.
    [Fact]
    public void Watch_FromManyThreads_CountsEveryRow()
    {
        var monitor = new DriftMonitor();

        Parallel.For(0, 8, thread =>
        {
            var random = new RandomStream(thread);
            for (int i = 0; i < 5000; i++)
                monitor.Watch(i % 100 == 0 ? float.NaN : (float)random.NextDouble());
        });

        Assert.Equal((39_600, 400), (monitor.RowCount, monitor.MissingCount));
        Assert.False(monitor.IsAlarm);
    }

    [Fact]
    public void Reset_AfterAnAlarm_StartsAgain()
    {
        var monitor = new DriftMonitor();
        var random = new RandomStream(5);
        monitor.Watch(Enumerable.Range(0, 500).Select(_ => (float)random.NextDouble()));
        Assert.True(monitor.Watch(Enumerable.Repeat(0.001f, 100)));
        Assert.Throws<InvalidOperationException>(() => monitor.Calibrate([0.5f]));

        monitor.Reset();

        Assert.Equal(
            (false, null, 0L, 1, 1),
            (monitor.IsAlarm, monitor.AlarmRow, monitor.RowCount, monitor.Capital, monitor.HighestCapital));
        monitor.Calibrate([0.5f, float.NaN]);
        Assert.Equal(1, monitor.CalibrationRowCount);
        Assert.False(monitor.Watch(Enumerable.Range(0, 500).Select(_ => (float)random.NextDouble())));
    }

    [Fact]
    public void Arguments_ThatAreNone_AreRefused()
    {
        var monitor = new DriftMonitor();

        Assert.Contains(
            "A p-value is 1.5, but it is in [0, 1]",
            Assert.Throws<ArgumentOutOfRangeException>(() => monitor.Watch(1.5f)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => monitor.Watch(float.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => monitor.Calibrate([0.5f, -0.1f]));
        Assert.Equal((0, 0), (monitor.RowCount, monitor.CalibrationRowCount));
        foreach (double significance in (double[])[0, 1, -1, double.NaN])
            Assert.Throws<ArgumentOutOfRangeException>(() => new DriftMonitor(significance));
    }

    private static float[][] Normal(int count, int seed, double shift)
    {
        var random = new RandomStream(seed, 56);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, Columns).Select(
                column => (float)(random.NextGaussian() + (column == 3 ? shift : 0)))])];
    }
}
