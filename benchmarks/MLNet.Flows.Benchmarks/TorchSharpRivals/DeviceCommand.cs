using System.Diagnostics;
using Microsoft.ML;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;

namespace MLNet.Flows.Benchmarks.TorchSharpRivals;

/// <summary>TorchSharp's engine on a device: how fast it trains a planar flow and a RealNVP, beside the managed engine on one
/// thread here, and whether the flow that comes of it scores here as it does there.</summary>
internal static class DeviceCommand
{
    private const int Rows = 200_000;
    private const int Dimension = 16;
    private static readonly int[] BatchSizes = [256, 4096, 65_536];

    /// <param name="name">"cpu", "cuda" and so on.</param>
    public static int Run(string name)
    {
        if ((Device.Parse(name) is Device known ? LibTorch.Fault(known) : Device.Fault(name)) is string fault)
        {
            Console.Error.WriteLine(fault);
            return 1;
        }

        Device device = Device.Parse(name)!.Value;
        Console.WriteLine($"{Machine.Describe()}, device {name}");
        var workload = new Workload(Rows, Dimension, layers: 16);
        Measure($"{name} planar_16_layers", workload, device, () => workload.PlanarTask(threads: 1));
        foreach ((int couplings, int[] hidden) in (IEnumerable<(int, int[])>)[(6, [64, 64]), (8, [512, 512])])
        {
            var options = new RealNvpEstimator.Options { NumberOfCouplings = couplings, HiddenUnits = hidden };
            Measure(
                $"{name} realnvp_{couplings}_couplings_{string.Join('x', hidden)}",
                workload,
                device,
                () => workload.Task(threads: 1, options.CreateBijections(Dimension, context: 0, seed: 1)));
        }

        Fit(name, "planar", new PlanarFlowEstimator.Options { Seed = 1 });
        Fit(name, "realnvp", new RealNvpEstimator.Options { Seed = 1 });
        return 0;
    }

    private static void Measure(string what, Workload workload, Device device, Func<TrainingTask> task)
    {
        foreach (int batch in BatchSizes)
        {
            using var torch = new AutogradEngine(task(), device);
            using var managed = new ManagedEngine(task());
            double[] rates = [.. new ITrainingEngine[] { torch, managed }.Select(engine => Rate(engine, batch))];
            int[] rows = [.. Enumerable.Range(0, 4096)];
            float[] there = new float[rows.Length], here = new float[rows.Length];
            torch.LogLikelihood(rows, there);
            Score(torch.Freeze(), workload.Data, here);
            Console.WriteLine(
                $"TORCHSHARP device {what} train_b{batch} rows_per_s={rates[0]:0.00e0} "
                + $"managed_one_thread_rows_per_s={rates[1]:0.00e0} "
                + $"largest_difference_of_log_likelihood={there.Zip(here, (a, b) => Math.Abs(a - (double)b)).Max():0.0e0}");
        }
    }

    // Steps for three seconds, after half a second of the same.
    private static double Rate(ITrainingEngine engine, int batch)
    {
        int[] order = [.. Enumerable.Range(0, Rows)];
        new RandomStream(2).Shuffle<int>(order);
        int step = 0;
        long Run(double seconds)
        {
            long rows = 0;
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; rows += batch)
            {
                int first = (int)((long)step * batch % (Rows - batch));
                engine.Step(order.AsSpan(first, batch), step++, learningRate: 1e-3);
            }

            return rows;
        }

        Run(0.5);
        long begin = Stopwatch.GetTimestamp();
        long done = Run(3);
        return done / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    // The estimator from end to end, saved and loaded.
    private static void Fit(string name, string flow, FlowOptions options)
    {
        var workload = new Workload(5_000, Dimension, layers: 1);
        var context = new MLContext(1);
        var view = new MemoryView(workload.Data, Dimension);
        options.Engine = new TorchSharpEngine(name);
        long start = Stopwatch.GetTimestamp();
        FlowTransformer model = options is PlanarFlowEstimator.Options planar
            ? context.Flows.PlanarFlow(planar).Fit(view)
            : context.Flows.RealNvp((RealNvpEstimator.Options)options).Fit(view);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        using var zip = new MemoryStream();
        context.Model.Save(model, view.Schema, zip);
        var loaded = (FlowTransformer)new MLContext(1).Model.Load(zip, out _);
        float[] fitted = new float[5_000], read = new float[5_000];
        model.LogLikelihood(workload.Data, fitted);
        loaded.LogLikelihood(workload.Data, read);
        Console.WriteLine(
            $"TORCHSHARP device {name} {flow} default_fit_s={seconds:F1} "
            + $"mean_log_likelihood={fitted.Average(l => (double)l):F3} loaded_scores_the_same={fitted.SequenceEqual(read)}");
    }

    private static void Score(Transformed flow, float[] data, float[] result)
    {
        var density = new FlowDensity(new ColumnPartition(Dimension, [], new PlateauConstants([], [])), flow);
        density.LogProb(data.AsSpan(0, result.Length * Dimension), contexts: [], result, density.CreateWorkspace());
    }
}
