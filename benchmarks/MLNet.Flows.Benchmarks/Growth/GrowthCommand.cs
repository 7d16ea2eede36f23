using Microsoft.ML;
using MLNet.Flows.Estimators;

namespace MLNet.Flows.Benchmarks.Growth;

/// <summary>How cost grows with features, layers and rows, and what memory training takes.</summary>
internal static class GrowthCommand
{
    public static int Run()
    {
        Console.WriteLine(Machine.Describe());
        foreach ((int d, int k) in (IEnumerable<(int, int)>)[(2, 16), (16, 16), (32, 16), (128, 16), (512, 16), (2000, 16), (16, 4), (16, 64), (16, 256), (128, 64), (512, 64)])
        {
            var workload = new Workload(Math.Clamp(2_000_000 / d, 2048, 65_536), d, k);
            var result = new float[workload.Rows];
            double[] seconds = Timing.Interleaved(1, workload.Epoch(256, 1), () => workload.Transformer.LogLikelihood(workload.Data, result));
            double train = seconds[0] / workload.Rows * 1e9, score = seconds[1] / workload.Rows * 1e9;
            Console.WriteLine($"GROWTH d={d} k={k} train_ns_per_row={train:F0} train_ns_per_row_per_dk={train / d / k:F3} score_ns_per_row={score:F1} score_ns_per_row_per_dk={score / d / k:F4}");
        }

        foreach (int n in (int[])[10_000, 100_000, 1_000_000])
        {
            var data = new float[n * 16];
            var random = new Random(1);
            foreach (ref float value in data.AsSpan())
                value = (float)random.NextDouble();
            var view = new MemoryView(data, 16);
            PlanarFlowEstimator estimator = new MLContext(1).Flows.PlanarFlow(new PlanarFlowEstimator.Options { NumberOfMembers = 1, MaximumEpochs = 1, BatchSize = 256 });
            estimator.Fit(new MemoryView(data[..160_00], 16));
            long before = GC.GetTotalAllocatedBytes(precise: true);
            using var peak = new PeakMemory();
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            estimator.Fit(view);
            double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
            double bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
            Console.WriteLine($"GROWTH rows={n} d=16 fit_ns_per_row={seconds / n * 1e9:F0} allocated_bytes_per_row={bytes / n:F0} peak_bytes_per_row={(double)peak.Bytes / n:F0} features_bytes_per_row={16 * sizeof(float)}");
        }

        return 0;
    }
}
