using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;
using TorchSharp;
using Device = MLNet.Flows.TorchSharp.Native.Device;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>Tests that look at what belongs to the process (libtorch's number of threads) run alone.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;

[Collection(nameof(ProcessWide))]
public sealed class TorchSharpEngineTests
{
    [TorchTheory]
    [InlineData(null)]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void Fit_OnTorchSharp_IsAsGoodAsTheManagedEngine(double? contamination)
    {
        PlanarFlowTransformer managed = Fit(
            TrainingEngine.Managed, contamination), torch = Fit(new TorchSharpEngine(), contamination);

        float[] fresh = [.. SyntheticRows.Draw(2000, 6, seed: 99).SelectMany(row => row)];
        double expected = HeldOut(managed, fresh), actual = HeldOut(torch, fresh);

        Assert.True(Math.Abs(expected - actual) < 0.02, $"managed {expected} nats, TorchSharp {actual}");
        Assert.Equal(managed.History.Progress.Select(p => p.Step), torch.History.Progress.Select(p => p.Step));
    }

    [TorchFact]
    public void Fit_WithExampleWeights_CountsARowAsOftenAsItsWeight()
    {
        var context = new MLContext(1);
        float[][] rows = SyntheticRows.Draw(600, 3, seed: 5);
        IDataView data = context.Data.LoadFromEnumerable(
            rows.Select((row, i) => new WeightedRow { Features = row, Weight = i % 3 }), Schema<WeightedRow>(3));
        PlanarFlowEstimator.Options options = Options(null);
        options.ExampleWeightColumnName = "Weight";
        double managed = HeldOut(context.Flows.PlanarFlow(options).Fit(data), [.. rows.SelectMany(row => row)]);
        options.Engine = new TorchSharpEngine();

        Assert.Equal(managed, HeldOut(context.Flows.PlanarFlow(options).Fit(data), [.. rows.SelectMany(row => row)]), 0.02);
    }

    [TorchFact]
    public void Fit_SameSeedTwice_IsTheSameModelAndLeavesTheAppsThreadsAlone()
    {
        torch.set_num_threads(2);
        float[] rows = [.. SyntheticRows.Draw(100, 6, seed: 7).SelectMany(row => row)];
        float[] first = new float[100], second = new float[100];

        Fit(new TorchSharpEngine(), null).LogLikelihood(rows, first);
        Fit(new TorchSharpEngine(), null).LogLikelihood(rows, second);

        Assert.Equal(first, second);
        Assert.Equal(2, torch.get_num_threads());
    }

    [TorchFact]
    public void Create_FlowThatCannotStart_GivesTheAppsThreadsBack()
    {
        torch.set_num_threads(2);
        FeatureMatrix data = SyntheticRows.Matrix(50, 3, seed: 1);
        var flow = new TrainableTransformed([new TrainablePlanarStack(3, 2)], new TrainableDiagonalNormal(3));
        var task = new TrainingTask(
            data, [], new ValidationSplit([.. Enumerable.Range(0, 50)], []), flow, new TrainingSettings());

        var fault = Assert.Throws<InvalidOperationException>(() => new AutogradEngine(
            task, Device.Parse("cpu")!.Value,
            (_, _) => throw new InvalidOperationException($"out of memory on {torch.get_num_threads()} thread")));

        Assert.Equal("out of memory on 1 thread", fault.Message);
        Assert.Equal(2, torch.get_num_threads());
    }

    [Fact]
    public void Of_BijectionWithoutModule_SaysWhatToDo()
    {
        var fault = Assert.Throws<NotSupportedException>(() => ModuleTable.Of(new Unknown(), []));

        Assert.Equal(
            "Unknown has no module. Write one and add it to ModuleTable, or train with TrainingEngine.Managed.", fault.Message);
    }

    [TorchTheory]
    [InlineData(null)]
    [InlineData(0.1)]
    public void Fit_RealNvpOnTorchSharp_IsAsGoodAsTheManagedEngine(double? contamination)
    {
        RealNvpTransformer managed = RealNvp(
            TrainingEngine.Managed, contamination), torch = RealNvp(new TorchSharpEngine(), contamination);

        float[] fresh = [.. SyntheticRows.Draw(2000, 6, seed: 99).SelectMany(row => row)];
        double expected = HeldOut(managed, fresh), actual = HeldOut(torch, fresh);

        Assert.True(Math.Abs(expected - actual) < 0.03, $"managed {expected} nats, TorchSharp {actual}");
    }

    [TorchTheory]
    [InlineData(null)]
    [InlineData(0.1)]
    public void Fit_ContinuousFlowOnTorchSharp_IsAsGoodAsTheManagedEngine(double? contamination)
    {
        var context = new MLContext(1);
        float[] fresh = [.. SyntheticRows.Draw(2000, 6, seed: 99).SelectMany(row => row)];
        double Fitted(TrainingEngine engine) => HeldOut(
            context.Flows.ContinuousFlow(new ContinuousFlowEstimator.Options
            {
                Engine = engine,
                Contamination = contamination,
                Seed = 1,
                MaximumSteps = 300,
                NumberOfMembers = 1,
                NumberOfSteps = 6,
                CalibrationFolds = 0,
                BaseDistribution = BaseDistribution.StandardNormal,
            }).Fit(View(context, 6)),
            fresh);

        double expected = Fitted(TrainingEngine.Managed), actual = Fitted(new TorchSharpEngine());

        Assert.True(Math.Abs(expected - actual) < 0.03, $"managed {expected} nats, TorchSharp {actual}");
    }

    [TorchFact]
    public void Fit_WithWeightDecay_PullsWeightsInAsTheManagedEngineDoes()
    {
        PlanarFlowEstimator.Options options = Options(null);
        (options.WeightDecay, options.NumberOfMembers, options.LearningRate) = (1, 1, 0.05);
        var context = new MLContext(1);
        float[] fresh = [.. SyntheticRows.Draw(2000, 6, seed: 99).SelectMany(row => row)];
        double Fitted() => HeldOut(context.Flows.PlanarFlow(options).Fit(View(context, 6)), fresh);
        double managed = Fitted();
        options.Engine = new TorchSharpEngine();
        double torch = Fitted();
        options.WeightDecay = 0;
        double without = Fitted();

        Assert.Equal(managed, torch, 0.05);
        Assert.True(torch > without + 0.2, $"with decay {torch} nats, without {without}");
    }

    [TorchFact]
    public void Fit_MembersSideBySide_IsTheSameModelAndLeavesTheAppItsThreads()
    {
        int[] Threads() => [.. Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ =>
        {
            Thread.Sleep(20);
            return global::TorchSharp.torch.get_num_threads();
        })];
        float[] fresh = [.. SyntheticRows.Draw(50, 6, seed: 99).SelectMany(row => row)];
        float[] Scores(int threads)
        {
            PlanarFlowEstimator.Options options = Options(null);
            (options.Engine, options.NumberOfThreads, options.NumberOfMembers) = (new TorchSharpEngine(), threads, 4);
            (options.MaximumSteps, options.CalibrationFolds) = (100, 2);
            var result = new float[50];
            new MLContext(1).Flows.PlanarFlow(options).Fit(View(new MLContext(1), 6)).LogLikelihood(fresh, result);
            return result;
        }

        int[] before = Threads();
        float[] one = Scores(1);

        Assert.Equal(one, Scores(2));
        Assert.Equal(one, Scores(4));
        Assert.Equal(before, Threads());
    }

    [TorchFact]
    public void Fit_Cancelled_KeepsTheBestSoFar()
    {
        using var source = new CancellationTokenSource();
        PlanarFlowEstimator.Options options = Options(null);
        options.Engine = new TorchSharpEngine();
        options.CancellationToken = source.Token;
        options.Progress = new Stop(source);

        TrainingHistory history = new MLContext(1).Flows.PlanarFlow(options).Fit(View(new MLContext(1), 6)).History;

        Assert.Equal(TrainingStopReason.Cancelled, history.StopReason);
        Assert.Single(history.Progress);
    }

    [TorchFact]
    public void Save_ThenLoadWithoutTorchSharp_GivesTheSameBits()
    {
        PlanarFlowTransformer model = Fit(new TorchSharpEngine(), null);

        Probe.AssertSameScores(model, View(new MLContext(1), 6), SyntheticRows.Draw(50, 6, seed: 8));
    }

    private static PlanarFlowEstimator.Options Options(double? contamination) =>
        new() { Contamination = contamination, Seed = 3, MaximumSteps = 400, CalibrationFolds = 0 };

    private static PlanarFlowTransformer Fit(TrainingEngine engine, double? contamination)
    {
        var context = new MLContext(1);
        PlanarFlowEstimator.Options options = Options(contamination);
        options.Engine = engine;
        return context.Flows.PlanarFlow(options).Fit(View(context, 6));
    }

    private static RealNvpTransformer RealNvp(TrainingEngine engine, double? contamination)
    {
        var context = new MLContext(1);
        var options = new RealNvpEstimator.Options
        {
            Contamination = contamination,
            Seed = 3,
            CalibrationFolds = 0,
            Engine = engine,
        };
        return context.Flows.RealNvp(options).Fit(View(context, 6));
    }

    private static IDataView View(MLContext context, int dimension) =>
        context.Data.LoadFromEnumerable(
            SyntheticRows.Draw(1500, dimension, seed: 1).Select(row => new Row { Features = row }), Schema<Row>(dimension));

    private static SchemaDefinition Schema<T>(int dimension)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(T));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimension);
        return schema;
    }

    private static double HeldOut(FlowTransformer model, float[] rows)
    {
        var result = new float[rows.Length / model.FeatureCount];
        model.LogLikelihood(rows, result);
        return -result.Average(l => (double)l);
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => source.Cancel();
    }

    private sealed class Unknown() : TrainableBijection(1)
    {
        public override int ParameterCount => 0;

        public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters)
        {
        }

        public override void SetParameters(ReadOnlySpan<float> parameters)
        {
        }

        public override void Forward(RowBlock block, Accumulator? accumulator)
        {
        }

        public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs)
        {
        }

        public override Bijection Freeze(ReadOnlySpan<float> parameters) => throw new NotSupportedException();
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];
    }

    private sealed class WeightedRow
    {
        public float[] Features { get; set; } = [];

        public float Weight { get; set; }
    }
}
