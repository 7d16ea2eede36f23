using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Benchmarks.Density;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Scale;

/// <summary>What more rows are worth, and what many cost: the curve behind the default of MaximumTrainingRows, and one fit to a
/// stream that is held nowhere.</summary>
internal static class ScaleCommand
{
    private const int Dimension = 16;
    private const int TableRows = 1 << 16;
    private const int HeldOut = 20_000;
    private const int StreamRows = 1_000_000;
    private static readonly int[] Kept = [1_000, 10_000, 100_000, 1_000_000];

    public static int Run(string[] arguments)
    {
        Console.WriteLine(Machine.Describe());
        switch (arguments)
        {
            case ["rows"]:
                foreach (KnownDensity density in (KnownDensity[])[new BentNormals(), new SineChain()])
                    Curve(density);
                return 0;
            case ["stream", string count] when long.TryParse(count, CultureInfo.InvariantCulture, out long rows) && rows > 0:
                Stream(rows);
                return 0;
            default:
                Console.Error.WriteLine("Usage: scale rows, or scale stream NUMBER_OF_ROWS");
                return 2;
        }
    }

    // Anomalies: rows held out whose columns each come from another row, so that no column by itself tells them.
    private static void Curve(KnownDensity density)
    {
        int d = density.Dimension;
        (float[] train, _) = density.Draw(StreamRows, seed: 1);
        (float[] test, double[] truth) = density.Draw(HeldOut, seed: 2);
        float[] anomalies = Shuffled(test, d);
        var view = new MemoryView(train, d);
        foreach (int kept in Kept)
        {
            foreach ((string name, Action<PlanarFlowEstimator.Options> change) in Presets())
            {
                PlanarFlowEstimator.Options options = name == "density"
                    ? PlanarFlowEstimator.Options.ForDensityEstimation()
                    : new PlanarFlowEstimator.Options();
                change(options);
                (options.Seed, options.MaximumTrainingRows) = (1, kept);
                TimeSpan before = Environment.CpuUsage.UserTime;
                FlowTransformer model = new MLContext(1).Flows.PlanarFlow(options).Fit(view);
                double seconds = (Environment.CpuUsage.UserTime - before).TotalSeconds;
                float[] likelihoods = Score(model, test, d), strange = Score(model, anomalies, d);
                double above = truth.Average() - likelihoods.Average();
                ThresholdMetrics[] thresholds = Evaluation.RankingMetrics.Thresholds(
                    [.. likelihoods.Select(l => -(double)l), .. strange.Select(l => -(double)l)],
                    [.. new bool[HeldOut], .. Enumerable.Repeat(true, HeldOut)]);
                Console.WriteLine(
                    $"SCALE set={density.Name} flow={name} rows_kept={kept} nats_above_truth={above:F3} "
                    + $"auroc={100 * Evaluation.RankingMetrics.AreaUnderRocCurve(thresholds):F2} cpu_s={seconds:F1}");
            }
        }
    }

    // The default, and the density preset with as many steps for all numbers of rows.
    private static IEnumerable<(string Name, Action<PlanarFlowEstimator.Options> Change)> Presets() =>
    [
        ("default", _ => { }),
        ("density", options => (options.MaximumEpochs, options.MaximumSteps) = (null, 5_000)),
    ];

    private static float[] Score(FlowTransformer model, float[] rows, int dimension)
    {
        var result = new float[rows.Length / dimension];
        model.LogLikelihood(rows, result);
        return result;
    }

    private static float[] Shuffled(float[] rows, int dimension)
    {
        var random = new RandomStream(3);
        var result = new float[rows.Length];
        int[] order = [.. Enumerable.Range(0, rows.Length / dimension)];
        for (int j = 0; j < dimension; j++)
        {
            random.Shuffle<int>(order);
            for (int i = 0; i < order.Length; i++)
                result[i * dimension + j] = rows[order[i] * dimension + j];
        }

        return result;
    }

    private static void Stream(long rows)
    {
        (float[] table, _) = new BentNormals().Draw(TableRows, seed: 1);
        var view = new GeneratedView(table, Dimension, rows);
        PlanarFlowEstimator estimator = new MLContext(1).Flows.PlanarFlow(
            new PlanarFlowEstimator.Options { Seed = 1, NumberOfMembers = 1 });
        estimator.Fit(new GeneratedView(table, Dimension, 1000));
        double reading = Seconds(() => Read(view));
        long idle = Process.GetCurrentProcess().WorkingSet64;
        double fit = Seconds(() => estimator.Fit(view));
        using var process = Process.GetCurrentProcess();
        long sample = Math.Min(rows, 1_000_000) * Dimension * sizeof(float);
        Console.WriteLine(
            $"SCALE stream_rows={rows} columns={Dimension} reading_cpu_s={reading:F1} fit_cpu_s={fit:F1} "
            + $"fit_rows_per_cpu_s={rows / fit:E2} of_reading_speed={reading / fit:F2} sample_MB={sample / 1e6:F0} "
            + $"working_set_before_MB={idle / 1e6:F0} peak_working_set_MB={process.PeakWorkingSet64 / 1e6:F0}");
    }

    // Of the processor, which other work on the machine disturbs less than the clock's.
    private static double Seconds(Action work)
    {
        TimeSpan before = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - before).TotalSeconds;
    }

    private static void Read(IDataView view)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(view.Schema);
        ValueGetter<VBuffer<float>> read = cursor.GetGetter<VBuffer<float>>(view.Schema["Features"]);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
            read(ref row);
    }
}
