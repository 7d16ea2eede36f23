using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Speed;

/// <summary>One file through training, scoring and single rows; the last fifth of the rows is held out. A plain planar flow:
/// standardized, one normal base, no input noise, nothing stops early, so that any other library's planar flow can do the same
/// work on the same file.</summary>
internal static class SpeedCommand
{
    private const string Usage = "speed --data FILE.csv [--layers 16] [--batch 256] [--epochs 20] [--threads 1]";

    public static int Run(string[] args)
    {
        var options = new Dictionary<string, string>();
        for (int i = 0; i + 1 < args.Length; i += 2)
            options[args[i]] = args[i + 1];
        if (args.Length % 2 != 0 || !options.Remove("--data", out string? file) || !File.Exists(file))
        {
            Console.Error.WriteLine($"Usage: {Usage}. The file is a CSV of numbers with a header line.");
            return 2;
        }

        int layers = Take("--layers", 16), batch = Take("--batch", 256), epochs = Take("--epochs", 20);
        int threads = Take("--threads", 1);
        if (options.Count > 0)
        {
            Console.Error.WriteLine($"Unknown argument {options.Keys.First()}. Usage: {Usage}.");
            return 2;
        }

        (float[] rows, int d) = CsvFile.Read(file);
        int n = rows.Length / d, held = n / 5;
        float[] train = rows[..((n - held) * d)], test = rows[((n - held) * d)..];
        var context = new MLContext(1);
        var estimator = context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            NumberOfLayers = layers,
            BatchSize = batch,
            MaximumEpochs = epochs,
            NumberOfThreads = threads,
            BaseDistribution = BaseDistribution.StandardNormal,
            InputNoise = 0,
            ValidationFraction = 0,
            MaskColumns = false,
            Seed = 1,
        });

        // Once to warm up the compiler, then three times.
        estimator.Fit(new MemoryView(train, d));
        PlanarFlowTransformer model = null!;
        var seconds = new double[3];
        for (int i = 0; i < seconds.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            model = estimator.Fit(new MemoryView(train, d));
            seconds[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        var likelihoods = new float[held];
        model.LogLikelihood(test, likelihoods);
        var result = new float[n];
        var one = new float[1];
        double[] scoring = Timing.Interleaved(
            2, () => model.LogLikelihood(rows, result), () => model.LogLikelihood(rows.AsSpan(0, d), one));
        double nll = -likelihoods.Average(l => (double)l);
        Console.WriteLine(
            $"{Machine.Describe()}: {n - held} rows to train on, {held} held out, {d} columns, {layers} layers, batch "
            + $"{batch}, {epochs} epochs, {threads} thread(s)");
        Console.WriteLine(
            $"SPEED train_rows_per_s={(double)(n - held) * epochs / seconds.Order().ElementAt(1):0.00e0} "
            + $"score_rows_per_s={n / scoring[0]:0.00e0} "
            + $"one_row_ns={scoring[1] * 1e9:F0} heldout_nll={nll:F4}");
        return 0;

        int Take(string name, int fallback) => options.Remove(name, out string? text)
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : fallback;
    }
}
