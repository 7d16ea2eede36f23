using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Members;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Estimators.Members;

/// <summary>Several trainings at a time: what is kept when one is cancelled or fails, and what is reported.</summary>
public sealed class MemberTrainingTests
{
    private const int Seed = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly MLContext _context = new(seed: 1);
    private readonly IDataView _data;
    private readonly List<string> _log = [];

    public MemberTrainingTests()
    {
        _data = Rows.View(_context, Rows.Normal(300, 2));
        _context.Log += (_, e) =>
        {
            if (e.Source.Contains("Flow", StringComparison.Ordinal))
                _log.Add($"{e.Kind}: {e.RawMessage}");
        };
    }

    [Fact]
    public void Fit_CancelledWhileTheFirstMemberTrains_KeepsTheOthersInTheirOrder()
    {
        using var source = new CancellationTokenSource();
        using var two = new CountdownEvent(2);
        PlanarFlowEstimator.Options options = Options(members: 3, threads: 3);
        options.CancellationToken = source.Token;
        options.Engine = new Scripted((member, _) =>
        {
            if (member == 0 && two.Wait(Patience))
                source.Cancel();
        }, ended: _ => two.Signal());

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(_data);

        PlanarFlowTransformer whole = _context.Flows.PlanarFlow(Options(members: 3, threads: 1)).Fit(_data);
        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.Equal(Scores(Members(whole)[1..]), Scores(Members(model)));
    }

    [Fact]
    public void Fit_CancelledWhereOnlyTheSecondMemberWasEvaluated_KeepsItsBestSoFar()
    {
        using var source = new CancellationTokenSource();
        using var cancelled = new ManualResetEventSlim();
        PlanarFlowEstimator.Options options = Options(members: 2, threads: 2);
        options.CancellationToken = source.Token;
        options.Engine = new Scripted((member, step) =>
        {
            if (member == 0)
                Assert.True(cancelled.Wait(Patience));
            if (member != 1 || step != 150)
                return;
            source.Cancel();
            cancelled.Set();
        });

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(_data);

        Assert.Equal((TrainingStopReason.Cancelled, 100), (model.History.StopReason, model.History.BestStep));
        Assert.Single(Members(model));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Fit_MembersDiverge_TheFirstOfThemIsReported(int threads)
    {
        PlanarFlowEstimator.Options options = Options(members: 6, threads);
        var engine = new Scripted((member, step) => member is 1 && step >= 20 || member is 2 or 4 ? double.NaN : null);
        options.Engine = engine;

        var fault = Assert.Throws<InvalidOperationException>(() => _context.Flows.PlanarFlow(options).Fit(_data));

        Assert.StartsWith("Training diverged at step 25 ", fault.Message, StringComparison.Ordinal);
        Assert.True(threads > 1 || engine.Created == 2, $"{engine.Created} trainings began");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_AFoldDiverges_KeepsTheFlowAndSaysSo(int threads)
    {
        PlanarFlowEstimator.Options options = Options(members: 2, threads);
        options.CalibrationFolds = 3;
        options.Engine = new Scripted((_, step, isFold) => isFold && step > 10 ? double.NaN : null);

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(_data);

        PlanarFlowTransformer uncalibrated = _context.Flows.PlanarFlow(Options(members: 2, threads: 1)).Fit(_data);
        Assert.Equal(TrainingStopReason.MaximumSteps, model.History.StopReason);
        Assert.Equal(PValues(uncalibrated), PValues(model));
        Assert.Single(_log, line => line.StartsWith(
            "Warning: P-values rank rows among the training rows' own likelihoods, because calibrating them failed: Training "
            + "diverged at step 16 ",
            StringComparison.Ordinal));
        Assert.Single(_log, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_Reports_CountAllTrainingsOneAtATime(int threads)
    {
        var reports = new List<FitProgress>();
        int reporting = 0;
        PlanarFlowEstimator.Options options = Options(members: 2, threads);
        options.CalibrationFolds = 3;
        options.Progress = new Call(report =>
        {
            Assert.Equal(1, Interlocked.Increment(ref reporting));
            reports.Add(report);
            Thread.Yield();
            Interlocked.Decrement(ref reporting);
        });

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(_data);

        Assert.All(reports, report => Assert.Equal(2 + 3 * 2, report.Members));
        Assert.Equal(reports.OrderBy(report => report.Step), reports);
        Assert.Equal(reports.OrderBy(report => report.MembersDone), reports);
        Assert.Equal(Enumerable.Range(0, 8), reports.Select(report => report.Member).Distinct().Order());
        Assert.All(reports, report => Assert.InRange(report.Step, 1, report.MaximumSteps));
        Assert.Equal((8, reports[^1].MaximumSteps), (reports[^1].MembersDone, reports[^1].Step));
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.Equal(
            model.History.Progress.Select(own => own.ValidationLogLikelihood),
            reports.Where(report => report.Member == 0).Select(report => report.ValidationLogLikelihood).Distinct());
        Assert.Contains(_log, line => line.StartsWith(
            $"Info: Step {reports[0].Step} of {reports[0].MaximumSteps}, 0 of 8 members trained: log-likelihood ",
            StringComparison.Ordinal));
        Assert.Single(_log, line => line.StartsWith("Info: Training ended (MaximumSteps) after ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(3, 1, false)]
    [InlineData(1, 5, false)]
    [InlineData(3, 5, false)]
    [InlineData(1, 0, true)]
    [InlineData(3, 1, true)]
    public void Fit_ProgressThrows_ThrowsThatAndReportsNoMore(int threads, int member, bool cancels)
    {
        int after = 0;
        bool thrown = false;
        PlanarFlowEstimator.Options options = Options(members: 2, threads);
        options.CalibrationFolds = 3;
        options.Progress = new Call(report =>
        {
            after += thrown ? 1 : 0;
            if (report.Member != member)
                return;
            thrown = true;
            throw cancels ? new OperationCanceledException("Closed.") : new InvalidOperationException("Closed.");
        });

        Exception fault = Assert.ThrowsAny<Exception>(() => _context.Flows.PlanarFlow(options).Fit(_data));

        Assert.Equal("Closed.", fault.Message);
        Assert.Equal(0, after);
    }

    [Fact]
    public void Fit_CancelledAtTheLastReport_IsTheWholeModel()
    {
        using var source = new CancellationTokenSource();
        PlanarFlowEstimator.Options options = Options(members: 1, threads: 2);
        options.CalibrationFolds = 3;
        PlanarFlowTransformer whole = _context.Flows.PlanarFlow(options).Fit(_data);
        options.CancellationToken = source.Token;
        options.Progress = new Call(report =>
        {
            if (report.MembersDone == report.Members)
                source.Cancel();
        });

        PlanarFlowTransformer model = _context.Flows.PlanarFlow(options).Fit(_data);

        Assert.Equal(TrainingStopReason.MaximumSteps, model.History.StopReason);
        Assert.Equal(PValues(whole), PValues(model));
    }

    private static PlanarFlowEstimator.Options Options(int members, int threads) => new()
    {
        Seed = Seed,
        NumberOfMembers = members,
        NumberOfThreads = threads,
        CalibrationFolds = 0,
        BaseDistribution = BaseDistribution.StandardNormal,
        MaximumSteps = 1000,
        Patience = 100,
    };

    private static Transformed[] Members(PlanarFlowTransformer model) =>
        [.. Assert.IsType<UniformMixture>(model.Model.Density.Flow.Chain.Base).Members.Cast<Transformed>()];

    // Of a few points, by each member.
    private static float[][] Scores(Transformed[] members) => Array.ConvertAll(members, member =>
    {
        var density = new FlowDensity(new ColumnPartition(2, [], new PlateauConstants([], [])), member);
        var result = new float[3];
        density.LogProb([0, 0, 1, -1, 2, 0.5f], contexts: [], result, density.CreateWorkspace());
        return result;
    });

    private float[] PValues(PlanarFlowTransformer model) => [.. model.Transform(_data).GetColumn<float>("PValue")];

    private sealed class Call(Action<FitProgress> action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action(value);
    }

    // Trains as the managed engine does; a script sees each step first, and may say what it gives.
    private sealed class Scripted(Func<int, int, bool, double?> script, Action<int>? ended = null) : TrainingEngine
    {
        private int _created;

        public Scripted(Func<int, int, double?> script)
            : this((member, step, _) => script(member, step))
        {
        }

        public Scripted(Action<int, int> script, Action<int>? ended = null)
            : this((member, step, _) => Run(script, member, step), ended)
        {
        }

        public int Created => _created;

        internal override ITrainingEngine Create(TrainingTask task)
        {
            Interlocked.Increment(ref _created);
            int member = Enumerable.Range(0, 10).First(m => MemberTraining.SeedOf(Seed, m) == task.Settings.Seed);
            bool isFold = task.Split.Train.Length + task.Split.Validation.Length < task.Data.RowCount;
            return new Engine(new ManagedEngine(task), step => script(member, step, isFold), () => ended?.Invoke(member));
        }

        private static double? Run(Action<int, int> script, int member, int step)
        {
            script(member, step);
            return null;
        }

        private sealed class Engine(ITrainingEngine inner, Func<int, double?> script, Action ended) : ITrainingEngine
        {
            public double Step(ReadOnlySpan<int> rows, int step, double learningRate) =>
                script(step) ?? inner.Step(rows, step, learningRate);

            public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result) => inner.LogLikelihood(rows, result);

            public void Save(WeightSlot slot) => inner.Save(slot);

            public void Restore(WeightSlot slot) => inner.Restore(slot);

            public Transformed Freeze()
            {
                ended();
                return inner.Freeze();
            }

            public void Dispose() => inner.Dispose();
        }
    }
}
