using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Estimators;

public sealed class CancellationTests
{
    private readonly MLContext _context = new(seed: 1);
    private readonly CancellationTokenSource _source = new();

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    public void Fit_CancelledWhileRowsAreRead_ReadsAtMost4096More(int after)
    {
        int read = 0;
        IEnumerable<Row> Source()
        {
            for (int i = 0; i < 1_000_000; i++)
            {
                if (++read == after)
                    _source.Cancel();
                yield return new Row { Features = [i, i % 7] };
            }
        }

        if (after == 0)
            _source.Cancel();
        IDataView data = _context.Data.LoadFromEnumerable(Source());

        var fault = Assert.Throws<OperationCanceledException>(() => _context.Flows.PlanarFlow(Options()).Fit(data));

        Assert.Equal("Fit was cancelled before any weights were evaluated, so there is no flow to return.", fault.Message);
        Assert.Equal(_source.Token, fault.CancellationToken);
        Assert.InRange(read, after, after + 4_096);
    }

    [Fact]
    public void Fit_CancelledWhereNoRowIsUsable_Throws()
    {
        IEnumerable<Row> Source()
        {
            for (int i = 0; i < 10; i++)
            {
                _source.Cancel();
                yield return new Row { Features = [float.NaN, 0] };
            }
        }

        IDataView data = _context.Data.LoadFromEnumerable(Source());

        Assert.Throws<OperationCanceledException>(() => _context.Flows.PlanarFlow(Options()).Fit(data));
    }

    [Fact]
    public void Fit_CancelledBeforeTheFirstEvaluation_Throws()
    {
        PlanarFlowEstimator.Options options = Options();
        options.Engine = new CancellingEngine(_source, trainings: 1, step: 30);

        Assert.Throws<OperationCanceledException>(
            () => _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, Rows.Normal(300, 2))));
    }

    // Step 250 of a member whose first evaluation was at step 100; a later member's start; its first steps.
    [Theory]
    [InlineData(1, 250, 1)]
    [InlineData(3, 0, 2)]
    [InlineData(3, 10, 2)]
    [InlineData(8, 250, 7)]
    public void Fit_CancelledLater_KeepsFinishedMembersInTheirOrder(int trainings, int step, int members)
    {
        IDataView data = Rows.View(_context, Rows.Normal(300, 2));
        var engine = new CancellingEngine(_source, trainings, step);
        PlanarFlowEstimator.Options options = Options();
        options.Engine = engine;
        options.BaseDistribution = BaseDistribution.StandardNormal;
        options.NumberOfMembers = 8;

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(data);

        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.Equal(trainings, engine.Trainings);
        if (members > 1)
        {
            PlanarFlowEstimator.Options fewer = Options();
            fewer.CancellationToken = default;
            fewer.BaseDistribution = BaseDistribution.StandardNormal;
            fewer.NumberOfMembers = members;
            fewer.CalibrationFolds = 0;
            Assert.Equal(Scores(_context.Flows.PlanarFlow(fewer).Fit(data), data), Scores(model, data));
        }
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(3, 20)]
    [InlineData(3, 690)]
    public void Fit_CancelledWhileCalibrating_TrainsNoFurtherFlowAndKeepsTheFirst(int trainings, int step)
    {
        IDataView data = Rows.View(_context, Rows.Normal(300, 2));
        var engine = new CancellingEngine(_source, trainings, step);
        PlanarFlowEstimator.Options options = Options();
        options.Engine = engine;
        options.NumberOfMembers = 1;

        PlanarFlowTransformer cancelled = _context.Flows.PlanarFlow(options).Fit(data);

        Assert.Equal(trainings, engine.Trainings);
        Assert.Equal(TrainingStopReason.Cancelled, cancelled.History.StopReason);
        PlanarFlowEstimator.Options whole = Options();
        whole.CancellationToken = default;
        whole.NumberOfMembers = 1;
        whole.CalibrationFolds = 0;
        PlanarFlowTransformer uncalibrated = _context.Flows.PlanarFlow(whole).Fit(data);
        Assert.Equal(Scores(uncalibrated, data), Scores(cancelled, data));
        Assert.Equal(
            uncalibrated.Transform(data).GetColumn<float>("PValue"), cancelled.Transform(data).GetColumn<float>("PValue"));
    }

    // AutoML cancels through a method of MLContext that is not public.
    [Fact]
    public void Fit_ContextCancelledAtTheFirstReport_KeepsTheBestSoFar()
    {
        var context = new MLContext(seed: 1);
        MethodInfo cancel = typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!;
        var options = new PlanarFlowEstimator.Options { Progress = new Call(() => cancel.Invoke(context, [])) };

        PlanarFlowTransformer model = context.Flows.PlanarFlow(options).Fit(Rows.View(context, Rows.Normal(300, 2)));

        Assert.Equal((TrainingStopReason.Cancelled, 100), (model.History.StopReason, model.History.BestStep));
    }

    [Theory]
    [InlineData("whitening", 60 + 60)]
    [InlineData("eigenvalues", 10)]
    [InlineData("k-means", 12)]
    [InlineData("heavy tails", 8)]
    public void Steps_CheckpointThrows_StopsThere(string work, int fewest)
    {
        FeatureMatrix data = Matrix(60, 8);
        int calls = 0;
        Run(() => calls++);
        Assert.True(calls >= fewest, $"{calls} checkpoints");

        for (int stop = 1; stop <= calls; stop++)
        {
            int reached = 0;
            Assert.Throws<OperationCanceledException>(() => Run(() =>
            {
                if (++reached == stop)
                    throw new OperationCanceledException();
            }));
            Assert.Equal(stop, reached);
        }

        void Run(Action checkpoint)
        {
            switch (work)
            {
                case "whitening":
                    Whitening.Fit(data, [], 0.1, [], checkpoint).Apply(Matrix(60, 8), checkpoint);
                    break;
                case "eigenvalues":
                    SymmetricEigen.Of([.. Enumerable.Range(0, 64).Select(i => 1.0 / (1 + i / 8 + i % 8))], 8, checkpoint);
                    break;
                case "k-means":
                    KMeans.Fit(data, [.. Enumerable.Range(0, 60)], 4, new RandomStream(1, 1), SimdSupport.Best, checkpoint);
                    break;
                default:
                    HeavyTails.Find(data, [], Standardization.Fit(data, []), checkpoint);
                    break;
            }
        }
    }

    private static FeatureMatrix Matrix(int rows, int dimension)
    {
        var matrix = new FeatureMatrix(dimension);
        foreach (float[] row in Rows.Normal(rows, dimension))
            row.CopyTo(matrix.AddRow());
        return matrix;
    }

    private static float[] Scores(PlanarFlowTransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float>("Score")];

    // One training after the other; MemberTrainingTests has several at a time.
    private PlanarFlowEstimator.Options Options() =>
        new() { Seed = 1, CancellationToken = _source.Token, NumberOfThreads = 1 };

    private sealed class Row
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }

    private sealed class Call(Action action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action();
    }

    // Trains as the managed engine does, and cancels in the n-th training, at its start or after a step.
    private sealed class CancellingEngine(CancellationTokenSource source, int trainings, int step) : TrainingEngine
    {
        public int Trainings { get; private set; }

        internal override ITrainingEngine Create(TrainingTask task)
        {
            Trainings++;
            if (Trainings == trainings && step == 0)
                source.Cancel();
            return new Engine(new ManagedEngine(task), () => source.Cancel(), Trainings == trainings ? step : int.MaxValue);
        }

        private sealed class Engine(ITrainingEngine inner, Action cancel, int last) : ITrainingEngine
        {
            private int _steps;

            public double Step(ReadOnlySpan<int> rows, int step, double learningRate)
            {
                if (++_steps == last)
                    cancel();
                return inner.Step(rows, step, learningRate);
            }

            public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result) => inner.LogLikelihood(rows, result);

            public void Save(WeightSlot slot) => inner.Save(slot);

            public void Restore(WeightSlot slot) => inner.Restore(slot);

            public Transformed Freeze() => inner.Freeze();

            public void Dispose() => inner.Dispose();
        }
    }
}
