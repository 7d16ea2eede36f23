using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Distributions;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Estimators.Consensus;

/// <summary>Members that diverge, are cancelled, or report.</summary>
public sealed class ConsensusFitTests
{
    private readonly MLContext _context = new(seed: 1);
    private readonly IDataView _data;
    private readonly List<string> _warnings = [];

    public ConsensusFitTests()
    {
        _data = Rows.View(_context, Rows.Normal(200, 2));
        _context.Log += (_, message) =>
        {
            if (message.Kind == ChannelMessageKind.Warning && message.Source.Contains("Consensus", StringComparison.Ordinal))
                _warnings.Add(message.RawMessage);
        };
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Fit_AMemberDiverges_LeavesItOutWithOneWarning(int which)
    {
        FlowEstimator[] members =
            [.. Enumerable.Range(0, 3).Select(m => Member(seed: m, engine: m == which ? new Diverging() : null))];

        ConsensusTransformer model = _context.Flows.Consensus(members).Fit(_data);

        ConsensusTransformer others =
            _context.Flows.Consensus([.. Enumerable.Range(0, 3).Where(m => m != which).Select(m => Member(seed: m))]).Fit(_data);
        Assert.Equal(Rows.Scores(others, _data), Rows.Scores(model, _data));
        Assert.Equal(2, model.Members.Count);
        Assert.Equal(TrainingStopReason.MaximumSteps, model.History.StopReason);
        Assert.StartsWith(
            $"Member {which + 1} of 3 (PlanarFlow) is left out of the consensus: Training diverged at step 5 ",
            Assert.Single(_warnings, warning => warning.Contains("left out", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_AllMembersDiverge_SaysSoWithTheFirstOnesFault()
    {
        FlowEstimator[] members = [Member(seed: 1, engine: new Diverging()), Member(seed: 2, engine: new Diverging())];

        string fault = Assert.Throws<InvalidOperationException>(() => _context.Flows.Consensus(members).Fit(_data)).Message;

        Assert.StartsWith(
            "None of the 2 members could be trained. Member 1 of 2 (PlanarFlow): Training diverged at step 5 ",
            fault,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_CancelledBeforeAMemberHasWeights_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var options = new ConsensusEstimator.Options { CancellationToken = source.Token };

        Assert.Throws<OperationCanceledException>(
            () => _context.Flows.Consensus(options, Member(seed: 1), Member(seed: 2)).Fit(_data));
    }

    [Fact]
    public void Fit_CancelledWhileTheSecondMemberBegins_KeepsTheFirst()
    {
        using var source = new CancellationTokenSource();
        var options = new ConsensusEstimator.Options
        {
            CancellationToken = source.Token,
            Progress = new Call(report =>
            {
                if (report is { Flow: 0, MembersDone: 1 })
                    source.Cancel();
            }),
        };

        ConsensusTransformer model = _context.Flows.Consensus(options, Member(seed: 1), Member(seed: 2)).Fit(_data);

        Assert.Equal(TrainingStopReason.Cancelled, model.History.StopReason);
        Assert.Single(model.Members);
        Assert.Equal(Rows.Scores(Member(seed: 1).Fit(_data), _data), Rows.Scores(model, _data));
        Assert.Equal("Fit was cancelled: the consensus is of member 1 (PlanarFlow) alone.", Assert.Single(_warnings));
    }

    [Fact]
    public void Fit_AMembersOwnTokenIsCancelled_LeavesThatOneOut()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        ConsensusTransformer model = _context.Flows.Consensus(Member(seed: 1, token: source.Token), Member(seed: 2)).Fit(_data);

        Assert.Equal("Fit was cancelled: the consensus is of member 2 (PlanarFlow) alone.", Assert.Single(_warnings));
        Assert.Equal(Rows.Scores(Member(seed: 2).Fit(_data), _data), Rows.Scores(model, _data));
    }

    [Fact]
    public void Fit_Reports_SayWhoseTheyAre()
    {
        List<FitProgress> whole = [], own = [];
        var options = new ConsensusEstimator.Options { Progress = new Call(whole.Add) };

        _context.Flows.Consensus(
            options,
            Member(seed: 1),
            _context.Flows.Nice(
                new NiceEstimator.Options { Contamination = 0, MaximumSteps = 100, Seed = 1, Progress = new Call(own.Add) }))
            .Fit(_data);

        Assert.Equal([(0, "PlanarFlow"), (1, "Nice")], whole.Select(report => (report.Flow, report.FlowName!)).Distinct());
        Assert.All(whole, report => Assert.Equal(2, report.Flows));
        Assert.Equal(whole.Count(report => report.Flow == 1), own.Count);
        Assert.All(own, report => Assert.Equal((0, 1, null), (report.Flow, report.Flows, report.FlowName)));
    }

    // It ends the fit, though it is of the kind that a training which diverged throws.
    [Fact]
    public void Fit_ProgressThrows_EndsTheFitWithThat()
    {
        var thrown = new InvalidOperationException("enough");
        var options = new ConsensusEstimator.Options { Progress = new Call(_ => throw thrown) };

        var fault = Assert.Throws<InvalidOperationException>(
            () => _context.Flows.Consensus(options, Member(seed: 1), Member(seed: 2)).Fit(_data));

        Assert.Same(thrown, fault);
    }

    private PlanarFlowEstimator Member(int seed, TrainingEngine? engine = null, CancellationToken token = default) =>
        _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            Contamination = 0,
            Seed = seed,
            MaximumSteps = 100,
            CalibrationFolds = 0,
            Engine = engine ?? TrainingEngine.Managed,
            CancellationToken = token,
        });

    private sealed class Call(Action<FitProgress> action) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => action(value);
    }

    private sealed class Diverging : TrainingEngine
    {
        internal override ITrainingEngine Create(TrainingTask task) => new Engine(new ManagedEngine(task));

        private sealed class Engine(ITrainingEngine inner) : ITrainingEngine
        {
            public double Step(ReadOnlySpan<int> rows, int step, double learningRate) => double.NaN;

            public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result) => inner.LogLikelihood(rows, result);

            public void Save(WeightSlot slot) => inner.Save(slot);

            public void Restore(WeightSlot slot) => inner.Restore(slot);

            public Transformed Freeze() => inner.Freeze();

            public void Dispose() => inner.Dispose();
        }
    }
}
