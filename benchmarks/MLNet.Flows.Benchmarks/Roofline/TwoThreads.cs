using MLNet.Flows.Training;

namespace MLNet.Flows.Benchmarks.Roofline;

/// <summary>What a second thread adds to a single training, by batch size.</summary>
internal static class TwoThreads
{
    private static readonly int[] BatchSizes = [128, 256, 512, 1024, 4096];

    public static void Measure(string name, Workload workload, Func<int, TrainingTask> task)
    {
        foreach (int batch in BatchSizes)
        {
            using ManagedEngine one = new(task(1)), two = new(task(2));
            double[] seconds = Timing.Interleaved(2, workload.Epoch(one, batch), workload.Epoch(two, batch));
            int rows = workload.Rows / batch * batch;
            Console.WriteLine(
                $"ROOFLINE {name} train_b{batch} one_thread_rows_per_s={rows / seconds[0]:0.00e0} "
                + $"two_threads_rows_per_s={rows / seconds[1]:0.00e0} times_one_thread={seconds[0] / seconds[1]:F2}");
        }
    }
}
