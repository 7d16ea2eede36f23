using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;
using TorchSharp;
using Device = MLNet.Flows.TorchSharp.Native.Device;

namespace MLNet.Flows.TorchSharp.Tests.Training;

public sealed class AutogradEngineTests
{
    private const double LearningRate = 1e-3;

    [TorchFact]
    public void Step_AThousandTimes_LeavesNoTensorBehind()
    {
        using AutogradEngine engine = Create(trimFraction: 0.1);
        int[] rows = [.. Enumerable.Range(0, 64)];
        var result = new float[64];
        long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++)
        {
            engine.Step(rows, i, LearningRate);
            engine.LogLikelihood(rows, result);
            engine.Save(WeightSlot.Best);
        }

        long before = Live();
        for (int i = 0; i < 1000; i++)
        {
            engine.Step(rows, i, LearningRate);
            engine.LogLikelihood(rows, result);
            engine.Save(WeightSlot.Best);
            engine.Restore(WeightSlot.Best);
        }

        Assert.Equal(before, Live());
    }

    [TorchFact]
    public void Restore_AfterSteps_GivesTheSavedStateBack()
    {
        using AutogradEngine engine = Create();
        int[] rows = [.. Enumerable.Range(0, 64)];
        float[] saved = new float[64], later = new float[64], restored = new float[64];
        engine.Step(rows, 0, LearningRate);
        engine.Save(WeightSlot.Best);
        engine.LogLikelihood(rows, saved);
        double next = engine.Step(rows, 0, 0.05);
        engine.LogLikelihood(rows, later);

        engine.Restore(WeightSlot.Best);

        engine.LogLikelihood(rows, restored);
        Assert.NotEqual(saved, later);
        Assert.Equal(saved, restored);
        Assert.Equal(next, engine.Step(rows, 0, LearningRate));
    }

    [TorchFact]
    public void Freeze_AfterSteps_ScoresAsTheEngineDoes()
    {
        using AutogradEngine engine = Create();
        int[] rows = [.. Enumerable.Range(0, 64)];
        for (int i = 0; i < 50; i++)
            engine.Step(rows, i, LearningRate);
        var expected = new float[64];
        engine.LogLikelihood(rows, expected);

        Transformed flow = engine.Freeze();

        var density = new FlowDensity(new ColumnPartition(5, [], new PlateauConstants([], [])), flow);
        var actual = new float[64];
        FeatureMatrix data = SyntheticRows.Matrix(200, 5, 1);
        float[] values = [.. rows.SelectMany(row => data.Row(row).ToArray())];
        density.LogProb(values, contexts: [], actual, density.CreateWorkspace());
        for (int i = 0; i < 64; i++)
            Assert.Equal(expected[i], actual[i], 1e-3f);
    }

    private static AutogradEngine Create(double trimFraction = 0)
    {
        FeatureMatrix data = SyntheticRows.Matrix(200, 5, 1);
        var options = new RealNvpEstimator.Options { NumberOfCouplings = 4, HiddenUnits = [16, 16], LogScaleBound = 2 };
        var flow = new TrainableTransformed(
            options.CreateBijections(5, context: 0, seed: 1),
            new TrainableNormalMixture(5, 3, sharedScale: true, minimumWeight: 0));
        var settings = new TrainingSettings { Seed = 1, InputNoise = 0.1, TrimFraction = trimFraction };
        var task = new TrainingTask(data, [], new ValidationSplit([.. Enumerable.Range(0, 200)], []), flow, settings);
        return new AutogradEngine(task, Device.Parse("cpu")!.Value);
    }
}
