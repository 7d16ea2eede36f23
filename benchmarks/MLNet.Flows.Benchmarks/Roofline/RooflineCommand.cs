using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Roofline;

/// <summary>Measures the machine, then the workloads, and says how near the one is to the other.</summary>
internal static class RooflineCommand
{
    public static int Run()
    {
        SimdWidth width = SimdSupport.Best;
        MachineLimits limits = MachineLimits.Measure(width);
        Console.WriteLine($"{Machine.Describe()}, {RuntimeInformation.FrameworkDescription}, {width}");
        Console.WriteLine(
            $"LIMITS fma_flops={2 * limits.FmaPerSecond:0.00e0} tanh_per_s={limits.TanhPerSecond:0.00e0} "
            + $"log_per_s={limits.LogPerSecond:0.00e0}");

        ProductRates.Measure(width, limits);
        Workload w1 = new(20_000, 16, 16), w2 = new(200_000, 32, 32);
        Train("W1", w1, limits);
        Train("W2", w2, limits);
        TwoThreads.Measure("W1", w1, w1.PlanarTask);
        TwoThreads.Measure("W2", w2, w2.PlanarTask);
        foreach ((int couplings, int[] hidden) in (IEnumerable<(int, int[])>)[(2, [16]), (6, [64, 64])])
        {
            var options = new RealNvpEstimator.Options { NumberOfCouplings = couplings, HiddenUnits = hidden };
            TwoThreads.Measure(
                $"W1_realnvp_{couplings}_couplings_{string.Join('x', hidden)}",
                w1,
                threads => w1.Task(threads, options.CreateBijections(w1.Dimension, context: 0, seed: 1)));
        }

        Score("W1", w1, limits);
        Score("W2", w2, limits);
        Views(w1);
        ViewTimes.Measure(w1);
        OneRow(w1);
        Small();
        FirstScore(w1);
        return 0;
    }

    /// <summary>What the child process does that is timed: load a zip, score a row.</summary>
    public static int LoadAndScore(string zip)
    {
        ITransformer model = new MLContext(1).Model.Load(zip, out _);
        var result = new float[1];
        ((PlanarFlowTransformer)model).LogLikelihood(new float[16], result);
        return float.IsFinite(result[0]) ? 0 : 1;
    }

    // From the start of a process to the end of one that has loaded a zip and scored a row.
    private static void FirstScore(Workload workload)
    {
        string zip = Path.Combine(Path.GetTempPath(), $"first-score-{Environment.ProcessId}.zip");
        new MLContext(1).Model.Save(workload.Transformer, new MemoryView(workload.Data, workload.Dimension).Schema, zip);
        var seconds = new List<double>();
        for (int i = 0; i < 7; i++)
        {
            long start = Stopwatch.GetTimestamp();
            ChildProcess.Run("load-and-score", zip);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        File.Delete(zip);
        Console.WriteLine($"ROOFLINE W1 process_start_to_first_score ms={seconds.Order().ElementAt(3) * 1e3:F0}");
    }

    private static void Train(string name, Workload workload, MachineLimits limits)
    {
        double bound = Operations.Train(workload.Dimension, workload.Layers).Bound(limits);
        double[] seconds = Timing.Interleaved(3, workload.Epoch(256, 1), workload.Epoch(1024, 1));
        Line(name, "train_b256", workload.Rows / 256 * 256 / seconds[0], bound);
        Line(name, "train_b1024", workload.Rows / 1024 * 1024 / seconds[1], bound);
    }

    private static void Score(string name, Workload workload, MachineLimits limits)
    {
        double bound = Operations.Score(workload.Dimension, workload.Layers).Bound(limits);
        var result = new float[workload.Rows];
        int half = workload.Rows / 2, d = workload.Dimension;
        Action at(SimdWidth width)
        {
            var workspace = workload.Density.CreateWorkspace(width);
            return () => workload.Density.LogProb(workload.Data, contexts: [], result, workspace);
        }

        double[] seconds = Timing.Interleaved(
            3,
            () => workload.Transformer.LogLikelihood(workload.Data, result),
            () => Parallel.Invoke(
                () => workload.Transformer.LogLikelihood(workload.Data.AsSpan(0, half * d), result.AsSpan(0, half)),
                () => workload.Transformer.LogLikelihood(workload.Data.AsSpan(half * d), result.AsSpan(half))),
            at(SimdWidth.Vector256),
            at(SimdWidth.Scalar));
        Line(name, "score", workload.Rows / seconds[0], bound);
        Console.WriteLine(
            $"ROOFLINE {name} score_two_threads rows_per_s={workload.Rows / seconds[1]:0.00e0} "
            + $"times_one_thread={seconds[0] / seconds[1]:F2}");
        Console.WriteLine(
            $"ROOFLINE {name} score_avx2 rows_per_s={workload.Rows / seconds[2]:0.00e0} "
            + $"times_widest={seconds[0] / seconds[2]:F2}");
        Console.WriteLine(
            $"ROOFLINE {name} score_scalar rows_per_s={workload.Rows / seconds[3]:0.00e0} "
            + $"times_widest={seconds[0] / seconds[3]:F2}");
    }

    private static void Views(Workload workload)
    {
        IDataView data = new MemoryView(workload.Data, workload.Dimension);
        IDataView scored = workload.Transformer.Transform(data);

        // The usual source in memory is ML.NET's own cache.
        IDataView cached = new MLContext(1).Data.Cache(data, "Features"), scoredCache = workload.Transformer.Transform(cached);
        DataViewSchema.Column features = cached.Schema["Features"];
        double[] seconds = Timing.Interleaved(
            3,
            () => ReadScore(scored, scored.Schema["Score"]),
            () => ReadFeatures(cached, features, null),
            () => ReadFeatures(scoredCache, scoredCache.Schema["Features"], scoredCache.Schema["Score"]));
        Console.WriteLine($"ROOFLINE W1 transform rows_per_s={workload.Rows / seconds[0]:0.00e0}");
        Console.WriteLine(
            $"ROOFLINE W1 transform_with_features_of_cache rows_per_s={workload.Rows / seconds[2]:0.00e0} "
            + $"times_reading_alone={seconds[2] / seconds[1]:F2}");
    }

    private static void OneRow(Workload workload)
    {
        var context = new MLContext(1);
        var schema = SchemaDefinition.Create(typeof(Input));
        schema[nameof(Input.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, workload.Dimension);
        using PredictionEngine<Input, Output> engine = context.Model.CreatePredictionEngine<Input, Output>(
            workload.Transformer, inputSchemaDefinition: schema);
        var input = new Input { Features = workload.Data[..workload.Dimension] };
        var output = new Output();
        var result = new float[1];
        double[] seconds = Timing.Interleaved(
            2, () => engine.Predict(input, ref output), () => workload.Transformer.LogLikelihood(input.Features, result));
        Console.WriteLine($"ROOFLINE W1 predict us={seconds[0] * 1e6:F2}");
        Console.WriteLine($"ROOFLINE W1 one_row us={seconds[1] * 1e6:F2}");
    }

    private static void Small()
    {
        var workload = new Workload(1000, 2, 16);
        Action epoch = workload.Epoch(1000, 1);
        double[] seconds = Timing.Interleaved(2, () =>
        {
            for (int i = 0; i < 1000; i++)
                epoch();
        });
        Console.WriteLine($"ROOFLINE small train_1000_full_batch_steps ms={seconds[0] * 1e3:F1}");
    }

    private static float ReadScore(IDataView view, DataViewSchema.Column column)
    {
        using DataViewRowCursor cursor = view.GetRowCursor([column]);
        ValueGetter<float> read = cursor.GetGetter<float>(column);
        float sum = 0, value = 0;
        while (cursor.MoveNext())
        {
            read(ref value);
            sum += value;
        }

        return sum;
    }

    private static float ReadFeatures(IDataView view, DataViewSchema.Column features, DataViewSchema.Column? score)
    {
        using DataViewRowCursor cursor = view.GetRowCursor(score is null ? [features] : [features, score.Value]);
        ValueGetter<VBuffer<float>> read = cursor.GetGetter<VBuffer<float>>(features);
        ValueGetter<float>? readScore = score is null ? null : cursor.GetGetter<float>(score.Value);
        VBuffer<float> buffer = default;
        float sum = 0, value = 0;
        while (cursor.MoveNext())
        {
            read(ref buffer);
            readScore?.Invoke(ref value);
            sum += value + buffer.Length;
        }

        return sum;
    }

    private static void Line(string name, string what, double rowsPerSecond, double bound) =>
        Console.WriteLine(
            $"ROOFLINE {name} {what} rows_per_s={rowsPerSecond:0.00e0} bound={bound:0.00e0} "
            + $"percent={100 * rowsPerSecond / bound:F0}");

    private sealed class Input
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class Output
    {
        public float Score { get; set; }
    }
}
