using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;
using TorchSharp;
using Device = MLNet.Flows.TorchSharp.Native.Device;

namespace MLNet.Flows.TorchSharp.Tests.Training;

public sealed class TorchFlowEngineTests
{
    private static StepSettings Settings => new(0, 1e-3f, 0.1f, 0, 5, 0.98f);

    [TorchFact]
    public void Step_AThousandTimes_LeavesNoTensorBehind()
    {
        using TorchFlowEngine engine = Create();
        int[] rows = [.. Enumerable.Range(0, 64)];
        var result = new float[64];
        long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++)
        {
            engine.Step(rows, Settings with { TrimFraction = 0.1f });
            engine.LogLikelihood(rows, result);
            engine.Save(WeightSlot.Best);
        }

        long before = Live();
        for (int i = 0; i < 1000; i++)
        {
            engine.Step(rows, Settings with { StepNumber = i, TrimFraction = 0.1f });
            engine.LogLikelihood(rows, result);
            engine.Save(WeightSlot.Best);
            engine.Restore(WeightSlot.Best);
        }

        Assert.Equal(before, Live());
    }

    [TorchFact]
    public void Restore_AfterSteps_GivesTheSavedStateBack()
    {
        using TorchFlowEngine engine = Create();
        int[] rows = [.. Enumerable.Range(0, 64)];
        float[] saved = new float[64], later = new float[64], restored = new float[64];
        engine.Step(rows, Settings);
        engine.Save(WeightSlot.Best);
        engine.LogLikelihood(rows, saved);
        double next = engine.Step(rows, Settings with { LearningRate = 0.05f });
        engine.LogLikelihood(rows, later);

        engine.Restore(WeightSlot.Best);

        engine.LogLikelihood(rows, restored);
        Assert.NotEqual(saved, later);
        Assert.Equal(saved, restored);
        Assert.Equal(next, engine.Step(rows, Settings));
    }

    [TorchFact]
    public void Freeze_AfterSteps_ScoresAsTheEngineDoes()
    {
        using TorchFlowEngine engine = Create();
        int[] rows = [.. Enumerable.Range(0, 64)];
        for (int i = 0; i < 50; i++)
            engine.Step(rows, Settings with { StepNumber = i });
        var expected = new float[64];
        engine.LogLikelihood(rows, expected);

        (Bijections.Bijection[] bijections, Distribution baseDistribution) = engine.Freeze();

        var density = new FlowDensity(new ColumnPartition(5, [], new PlateauConstants([], [])), bijections, baseDistribution);
        var actual = new float[64];
        FeatureMatrix data = SyntheticRows.Matrix(200, 5, 1);
        density.LogProb(rows.SelectMany(row => data.Row(row).ToArray()).ToArray(), actual, density.CreateWorkspace());
        for (int i = 0; i < 64; i++)
            Assert.Equal(expected[i], actual[i], 1e-3f);
    }

    private static TorchFlowEngine Create()
    {
        FeatureMatrix data = SyntheticRows.Matrix(200, 5, 1);
        var task = new TrainingTask(data, [], [.. Enumerable.Range(0, 200)], new TrainableNormalMixture(5, 3, sharedScale: true, minimumWeight: 0), 1, 1);
        return new TorchFlowEngine(task, new RealNvpModule(5, 4, [16, 16], 2, new RandomStream(1)), Device.Parse("cpu")!.Value);
    }
}
