using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;
using TorchSharp;
using static TorchSharp.torch;
using Device = MLNet.Flows.TorchSharp.Native.Device;

namespace MLNet.Flows.Benchmarks.TorchSharpRivals;

/// <summary>The same flows managed and under TorchSharp, in turns in one process, all on one thread.</summary>
/// <remarks>Planar: the eager module layer by layer, and the same in TorchScript. Scoring under TorchSharp gets its tensors
/// ready-made, 1,024 rows each, and is spared the standardization; the managed side scores an array from end to end.</remarks>
internal static class TorchSharpCommand
{
    private const int BatchRows = 1024;
    private static readonly Device Cpu = Device.Parse("cpu")!.Value;

    /// <param name="only">"planar", "realnvp" or "family"; everything if empty.</param>
    public static int Run(string only)
    {
        Console.WriteLine(Machine.Describe());
        if (LibTorch.Fault(Cpu) is string fault)
        {
            Console.Error.WriteLine(fault);
            return 1;
        }

        set_num_threads(1);
        if (only is "" or "planar")
        {
            Planar("W1", new Workload(20_000, 16, 16));
            Planar("W2", new Workload(20_000, 32, 32));
        }

        if (only is "" or "realnvp")
            RealNvp();
        if (only is "" or "family")
            Family();
        return 0;
    }

    private static void Planar(string name, Workload workload)
    {
        int rows = workload.Rows, dimension = workload.Dimension, layers = workload.Layers;
        BijectionModule Scripted(float[] start) => new ScriptedPlanar(dimension, layers, start);
        using var eager = new AutogradEngine(workload.PlanarTask(threads: 1), Cpu);
        using var scripted = new AutogradEngine(workload.PlanarTask(threads: 1), Cpu, (_, start) => Scripted(start));
        foreach (int batch in (int[])[256, 1024])
        {
            int counted = rows / batch * batch;
            Print(
                $"{name} train_b{batch}",
                counted,
                workload.Epoch(batch, 1),
                workload.Epoch(eager, batch),
                workload.Epoch(scripted, batch));
        }

        var stack = new TrainablePlanarStack(dimension, layers);
        var start = new float[stack.ParameterCount];
        stack.Initialize(workload.Matrix, [.. Enumerable.Range(0, rows)], new RandomStream(1), start);
        using var eagerModule = new PlanarModule(stack, start);
        using BijectionModule scriptedModule = Scripted(start);
        using var baseModule = new LocationScaleModule(new TrainableDiagonalNormal(dimension), new float[2 * dimension]);
        Action Eager(float[] data, int batch) => Scoring(data, dimension, batch, baseModule, eagerModule);
        Action Script(float[] data, int batch) => Scoring(data, dimension, batch, baseModule, scriptedModule);
        Action managed = Managed(workload.Transformer, workload.Data, rows);
        Print($"{name} score", rows, managed, Eager(workload.Data, BatchRows), Script(workload.Data, BatchRows));
        float[] row = workload.Data[..dimension];
        Print($"{name} one_row", 1, Managed(workload.Transformer, row, 1), Eager(row, 1), Script(row, 1));
    }

    private static void RealNvp()
    {
        // The estimator's default, its density preset's size, and one between.
        foreach ((int couplings, int[] hidden) in (IEnumerable<(int, int[])>)[(2, [16]), (6, [16, 16]), (6, [64, 64])])
        {
            var options = new RealNvpEstimator.Options { NumberOfCouplings = couplings, HiddenUnits = hidden, LogScaleBound = 2 };
            Deep($"realnvp_{couplings}_couplings_{string.Join('x', hidden)}", options);
        }
    }

    // Five or six maps with conditioners of 64x64.
    private static void Family()
    {
        Deep("nice_6", new NiceEstimator.Options { NumberOfCouplings = 6, HiddenUnits = [64, 64] });
        Deep("glow_6", new GlowEstimator.Options { NumberOfSteps = 6, HiddenUnits = [64, 64], LogScaleBound = 2 });
        Deep(
            "maf_5",
            new MaskedAutoregressiveEstimator.Options { NumberOfTransforms = 5, HiddenUnits = [64, 64], LogScaleBound = 2 });
        Deep("spline_5", new NeuralSplineEstimator.Options { NumberOfTransforms = 5, HiddenUnits = [64, 64] });
        Deep(
            "spline_5_autoregressive",
            new NeuralSplineEstimator.Options { NumberOfTransforms = 5, HiddenUnits = [64, 64], Autoregressive = true });
        Deep("continuous_64x64", new ContinuousFlowEstimator.Options { HiddenUnits = [64, 64] });
    }

    private static void Deep(string name, FlowOptions options)
    {
        const int Rows = 20_000, Dimension = 16;
        var rows = new Workload(Rows, Dimension, layers: 1);
        TrainingTask Task()
        {
            TrainingTask task = rows.Task(threads: 1, options.CreateBijections(Dimension, context: 0, seed: 1));
            return task with { Objective = options.CreateObjective(task.Flow) };
        }

        using var eager = new AutogradEngine(Task(), Cpu);
        foreach (int batch in (int[])[256, 4096])
        {
            using var managed = new ManagedEngine(Task());
            Print($"{name} train_b{batch}", Rows / batch * batch, rows.Epoch(managed, batch), rows.Epoch(eager, batch));
        }

        // At random weights, as no bin and no rectifier is then left out.
        TrainableTransformed flow = Task().Flow;
        var parameters = new float[flow.ParameterCount];
        flow.Initialize(rows.Matrix, context: null, [.. Enumerable.Range(0, Rows)], seed: 1, parameters, checkpoint: null);
        var random = new RandomStream(3);
        int from = 0;
        foreach (TrainableBijection each in flow.Bijections)
        {
            ReadOnlySpan<float> mask = each.GradientMask;
            for (int i = 0; i < each.ParameterCount; i++)
                parameters[from + i] += (float)(0.05 * random.NextGaussian()) * (mask.IsEmpty ? 1 : mask[i]);
            from += each.ParameterCount;
        }

        var density = new FlowDensity(
            new ColumnPartition(Dimension, [], new PlateauConstants([], [])), flow.Freeze(parameters));
        int start = 0;
        BijectionModule[] modules = [.. flow.Bijections.Select(
            each => ModuleTable.Of(each, parameters[start..(start += each.ParameterCount)]))];
        using var baseModule = new LocationScaleModule(new TrainableDiagonalNormal(Dimension), parameters[start..]);
        Action Eager(float[] data, int batch) => Scoring(data, Dimension, batch, baseModule, modules);
        FlowWorkspace workspace = density.CreateWorkspace();
        var result = new float[Rows];
        Print(
            $"{name} score",
            Rows,
            () => density.LogProb(rows.Data, contexts: [], result, workspace),
            Eager(rows.Data, BatchRows));
        float[] row = rows.Data[..Dimension];
        Print($"{name} one_row", 1, () => result[0] = density.LogProbOfRow(row, context: [], workspace), Eager(row, 1));
    }

    private static void Print(string what, int rows, Action managed, Action eager, Action? scripted = null)
    {
        double[] seconds = Timing.Interleaved(5, scripted is null ? [managed, eager] : [managed, eager, scripted]);
        string[] names = ["managed", "eager", "script"];
        IEnumerable<string> values = seconds.Select(
            (s, i) => rows == 1 ? $"{names[i]}_us={1e6 * s:F2}" : $"{names[i]}_rows_per_s={rows / s:0.00e0}");
        Console.WriteLine(
            $"TORCHSHARP {what} {string.Join(" ", values)} "
            + $"{string.Join(" ", seconds.Skip(1).Select((s, i) => $"times_{names[i + 1]}={s / seconds[0]:F1}"))}");
    }

    private static Action Managed(FlowTransformer flow, float[] data, int rows)
    {
        var result = new float[rows];
        return () => flow.LogLikelihood(data, result);
    }

    private static Action Scoring(
        float[] data, int dimension, int batch, BaseModule baseModule, params BijectionModule[] bijections)
    {
        int rows = data.Length / dimension;
        Tensor[] batches = [.. Enumerable.Range(0, (rows + batch - 1) / batch).Select(i =>
        {
            int count = Math.Min(batch, rows - i * batch);
            return tensor(data.AsSpan(i * batch * dimension, count * dimension).ToArray(), [count, dimension]).clone();
        })];
        return () =>
        {
            using var guard = no_grad();
            foreach (Tensor x in batches)
            {
                using DisposeScope scope = NewDisposeScope();
                (Tensor z, Tensor sum) = (x, x.new_zeros(x.shape[0]));
                foreach (BijectionModule bijection in bijections)
                {
                    (z, Tensor logDet) = bijection.call(z);
                    sum = sum.Plus(logDet);
                }

                _ = baseModule.call(z).Plus(sum);
            }
        };
    }
}
