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
/// <remarks>Planar: the eager module layer by layer, and the same in TorchScript. Scoring under TorchSharp gets its tensors ready-made, 1,024 rows each, and is spared the
/// standardization; the managed side scores an array from end to end.</remarks>
internal static class TorchSharpCommand
{
    private const int BatchRows = 1024;
    private static readonly Device Cpu = Device.Parse("cpu")!.Value;

    public static int Run()
    {
        Console.WriteLine(Machine.Describe());
        if (LibTorch.Fault(Cpu) is string fault)
        {
            Console.Error.WriteLine(fault);
            return 1;
        }

        set_num_threads(1);
        Planar("W1", new Workload(20_000, 16, 16));
        Planar("W2", new Workload(20_000, 32, 32));
        RealNvp();
        return 0;
    }

    private static void Planar(string name, Workload workload)
    {
        int rows = workload.Rows, dimension = workload.Dimension, layers = workload.Layers;
        var task = new TrainingTask(workload.Matrix, [], [.. Enumerable.Range(0, rows)], new TrainableDiagonalNormal(dimension), 1, 1);
        var start = new float[layers * (2 * dimension + 1)];
        PlanarInitialization.Fill(task, layers, maskColumns: false, start);
        using var eager = new TorchFlowEngine(task, new PlanarModule(dimension, layers, start), Cpu);
        using var scripted = new TorchFlowEngine(task, new ScriptedPlanar(dimension, layers, start), Cpu);
        foreach (int batch in (int[])[256, 1024])
            Print($"{name} train_b{batch}", rows / batch * batch, workload.Epoch(batch, 1), Epoch(eager, rows, batch), Epoch(scripted, rows, batch));

        using var eagerModule = new PlanarModule(dimension, layers, start);
        using var scriptedModule = new ScriptedPlanar(dimension, layers, start);
        using var baseModule = new LocationScaleModule(new TrainableDiagonalNormal(dimension), new float[2 * dimension]);
        Print($"{name} score", rows, Managed(workload.Transformer, workload.Data, rows), Scoring(workload.Data, dimension, BatchRows, eagerModule, baseModule), Scoring(workload.Data, dimension, BatchRows, scriptedModule, baseModule));
        float[] row = workload.Data[..dimension];
        Print($"{name} one_row", 1, Managed(workload.Transformer, row, 1), Scoring(row, dimension, 1, eagerModule, baseModule), Scoring(row, dimension, 1, scriptedModule, baseModule));
    }

    private static void RealNvp()
    {
        // The estimator's default, its density preset's size, and one between.
        const int Rows = 20_000, Dimension = 16;
        foreach ((int couplings, int[] hidden) in (IEnumerable<(int, int[])>)[(2, [16]), (6, [16, 16]), (6, [64, 64])])
        {
            var workload = new CouplingWorkload(Rows, Dimension, couplings, hidden);
            string name = $"realnvp_{couplings}_couplings_{string.Join('x', hidden)}";
            using var module = new RealNvpModule(Dimension, couplings, hidden, 2, new RandomStream(1));
            using var baseModule = new LocationScaleModule(new TrainableDiagonalNormal(Dimension), new float[2 * Dimension]);
            Print($"{name} score", Rows, Managed(workload.Transformer, workload.Data, Rows), Scoring(workload.Data, Dimension, BatchRows, module, baseModule));
            float[] row = workload.Data[..Dimension];
            Print($"{name} one_row", 1, Managed(workload.Transformer, row, 1), Scoring(row, Dimension, 1, module, baseModule));
        }
    }

    private static void Print(string what, int rows, Action managed, Action eager, Action? scripted = null)
    {
        double[] seconds = Timing.Interleaved(5, scripted is null ? [managed, eager] : [managed, eager, scripted]);
        string[] names = ["managed", "eager", "script"];
        IEnumerable<string> values = seconds.Select((s, i) => rows == 1 ? $"{names[i]}_us={1e6 * s:F2}" : $"{names[i]}_rows_per_s={rows / s:0.00e0}");
        Console.WriteLine($"TORCHSHARP {what} {string.Join(" ", values)} {string.Join(" ", seconds.Skip(1).Select((s, i) => $"times_{names[i + 1]}={s / seconds[0]:F1}"))}");
    }

    private static Action Epoch(TorchFlowEngine engine, int rows, int batch)
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new RandomStream(2).Shuffle<int>(order);
        return () =>
        {
            for (int start = 0; start + batch <= rows; start += batch)
                engine.Step(order.AsSpan(start, batch), new StepSettings(0, 1e-6f, 0, 0, 5, 0.98f));
        };
    }

    private static Action Managed(FlowTransformer flow, float[] data, int rows)
    {
        var result = new float[rows];
        return () => flow.LogLikelihood(data, result);
    }

    private static Action Scoring(float[] data, int dimension, int batch, FlowModule flow, BaseModule baseModule)
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
                (Tensor z, Tensor logDet) = flow.call(x);
                _ = baseModule.call(z) + logDet;
            }
        };
    }
}
