using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Growth;

/// <summary>How cost grows with features, layers and rows, and what memory training takes.</summary>
internal static class GrowthCommand
{
    public static int Run()
    {
        Console.WriteLine(Machine.Describe());
        foreach ((int d, int k) in
            (IEnumerable<(int, int)>)[(2, 16), (16, 16), (32, 16), (128, 16), (512, 16), (2000, 16), (16, 4), (16, 64),
            (16, 256), (128, 64), (512, 64)])
        {
            var workload = new Workload(Math.Clamp(2_000_000 / d, 2048, 65_536), d, k);
            var result = new float[workload.Rows];
            double[] seconds = Timing.Interleaved(
                1, workload.Epoch(256, 1), () => workload.Transformer.LogLikelihood(workload.Data, result));
            double train = seconds[0] / workload.Rows * 1e9, score = seconds[1] / workload.Rows * 1e9;
            Console.WriteLine(
                $"GROWTH d={d} k={k} train_ns_per_row={train:F0} train_ns_per_row_per_dk={train / d / k:F3} "
                + $"score_ns_per_row={score:F1} score_ns_per_row_per_dk={score / d / k:F4}");
        }

        foreach (int n in (int[])[10_000, 100_000, 1_000_000])
        {
            var data = new float[n * 16];
            var random = new Random(1);
            foreach (ref float value in data.AsSpan())
                value = (float)random.NextDouble();
            var view = new MemoryView(data, 16);
            PlanarFlowEstimator estimator = new MLContext(1).Flows.PlanarFlow(
                new PlanarFlowEstimator.Options { NumberOfMembers = 1, MaximumEpochs = 1, BatchSize = 256 });
            estimator.Fit(new MemoryView(data[..160_00], 16));
            long before = GC.GetTotalAllocatedBytes(precise: true);
            using var peak = new PeakMemory();
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            estimator.Fit(view);
            double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
            double bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            Console.WriteLine(
                $"GROWTH rows={n} d=16 fit_ns_per_row={seconds / n * 1e9:F0} allocated_bytes_per_row={bytes / n:F0} "
                + $"peak_bytes_per_row={(double)peak.Bytes / n:F0} features_bytes_per_row={16 * sizeof(float)}");
        }

        // A stated MaximumSteps is what the bound on the work of wide fits leaves alone.
        Console.WriteLine(
            "Fits with default options on one thread, to independent normal columns, beside 700 steps whatever the data:");
        foreach ((int n, int d) in (IEnumerable<(int, int)>)[(200, 500), (200, 2_000), (200, 10_000), (50, 100_000)])
        {
            var data = new float[n * d];
            var random = new Random(1);
            foreach (ref float value in data.AsSpan())
                value = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
            (double seconds, long bytes) = Fit(data, d, null);
            string beside = n * d > 2_000_000 ? "" : $" times_as_fast={Fit(data, d, 700).Seconds / seconds:F1}";
            Console.WriteLine($"GROWTH default_fit rows={n} d={d} seconds={seconds:F2}{beside} peak_MB={bytes / 1e6:F0}");
        }

        return 0;
    }

    private static (double Seconds, long Bytes) Fit(float[] data, int d, int? steps)
    {
        using var peak = new PeakMemory();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        var options = new PlanarFlowEstimator.Options { NumberOfThreads = 1, MaximumSteps = steps };
        new MLContext(1).Flows.PlanarFlow(options).Fit(new MemoryView(data, d));
        return (System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, peak.Bytes);
    }
}
