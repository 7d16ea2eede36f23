using Microsoft.ML;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

/// <summary>The loop alone, on a scripted engine.</summary>
public sealed class TrainingLoopTests
{
    private readonly MLContext _context = new(1);
    private readonly List<string> _log = [];

    public TrainingLoopTests() => _context.Log += (_, e) => _log.Add($"{e.Kind}: {e.RawMessage}");

    [Fact]
    public void Run_ValidationPeaks_KeepsTheBestWeightsAndStopsEarly()
    {
        // Likelihood rises until step 300, then falls.
        var engine = new ScriptedEngine(step => -Math.Abs(step - 300));

        TrainingHistory history = Run(engine, new TrainingSettings { MaximumSteps = 5000 });

        Assert.Equal(TrainingStopReason.EarlyStopping, history.StopReason);
        Assert.Equal(300, history.BestStep);
        Assert.Equal(300, engine.Step_);
        Assert.Equal(800, history.Progress[^1].Step);
    }

    [Fact]
    public void Run_ToTheEnd_ReportsInOriginalUnits()
    {
        var reports = new List<TrainingProgress>();
        var engine = new ScriptedEngine(step => step);

        TrainingHistory history = Run(
            engine,
            new TrainingSettings { MaximumSteps = 1000 },
            progress: new Sink(reports.Add),
            trainLogDet: 7,
            validationLogDet: 5);

        Assert.Equal(TrainingStopReason.MaximumSteps, history.StopReason);
        Assert.Equal(10, reports.Count);
        Assert.Equal(reports, history.Progress);
        Assert.Equal(949.5 + 7, reports[^1].TrainLogLikelihood, 1e-9);
        Assert.Equal(1000 + 5, reports[^1].ValidationLogLikelihood, 1e-9);
        Assert.Equal(TimeSpan.Zero, reports[^1].Remaining);
        Assert.Equal(1000 * 32 / 170.0, reports[^1].Epoch, 1e-9);
    }

    [Fact]
    public void Run_OneStepFails_GoesBackAndHalvesTheRate()
    {
        int failures = 0;
        var engine = new ScriptedEngine(step => step == 150 && failures++ == 0 ? double.NaN : step);

        TrainingHistory history = Run(engine, new TrainingSettings { MaximumSteps = 400, LearningRate = 0.01 });

        Assert.Equal(1, history.Recoveries);
        Assert.Equal(1, engine.Restored);
        Assert.Contains(_log, line => line.StartsWith("Warning: Step 151 gave log-likelihood NaN", StringComparison.Ordinal));
        Assert.True(engine.LargestRateAfterRestore is > 0 and <= 0.005, $"{engine.LargestRateAfterRestore}");
    }

    [Fact]
    public void Run_FailsAgainAndAgain_SaysWhyItStopped()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => Run(new ScriptedEngine(_ => double.NaN), new TrainingSettings { LearningRate = 0.1 }));

        Assert.Matches(
            @"Training diverged at step 5 \(log-likelihood is NaN at learning rate .*\), 5 times in a row\. "
            + @"Lower LearningRate or check the features for extreme values\.",
            error.Message);
    }

    [Fact]
    public void Run_EveryOneOfAFewStepsFails_ThrowsInsteadOfKeepingTheStart()
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => Run(new ScriptedEngine(_ => double.NaN), new TrainingSettings { MaximumSteps = 3 }));

        Assert.StartsWith("None of 3 training steps gave a finite likelihood.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Cancelled_KeepsTheBestSoFar()
    {
        using var source = new CancellationTokenSource();
        var engine = new ScriptedEngine(step =>
        {
            if (step == 250)
                source.Cancel();
            return step <= 100 ? step : 100 - step;
        });

        TrainingHistory history = Run(engine, new TrainingSettings(), source.Token);

        Assert.Equal((TrainingStopReason.Cancelled, 100), (history.StopReason, history.BestStep));
        Assert.Equal(100, engine.Step_);
    }

    [Fact]
    public void Run_Batches_CoverEveryRowEachEpoch()
    {
        var engine = new ScriptedEngine(step => step);

        Run(engine, new TrainingSettings { MaximumSteps = 5, BatchSize = 34 });

        Assert.Equal(Enumerable.Range(0, 170), engine.Rows.Order());
    }

    private TrainingHistory Run(
        ScriptedEngine engine,
        TrainingSettings settings,
        CancellationToken cancellationToken = default,
        IProgress<TrainingProgress>? progress = null,
        double trainLogDet = 0,
        double validationLogDet = 0)
    {
        var split = new ValidationSplit([.. Enumerable.Range(0, 170)], [.. Enumerable.Range(170, 30)]);
        settings = settings.BatchSize == 128 ? settings with { BatchSize = 32 } : settings;
        var flow = new TrainableTransformed([], new TrainableDiagonalNormal(1));
        var task = new TrainingTask(new FeatureMatrix(1), [], split, flow, settings)
        {
            TrainLogDet = trainLogDet,
            ValidationLogDet = validationLogDet,
            Progress = progress,
        };
        return new TrainingLoop(engine, task, new FlowHost(_context, "Test", cancellationToken)).Run(200, 0);
    }

    private sealed class Sink(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }

    // Its weights are the number of steps done; the likelihood is a function of them.
    private sealed class ScriptedEngine(Func<int, double> likelihood) : ITrainingEngine
    {
        private readonly Dictionary<WeightSlot, int> _slots = [];

        public int Step_ { get; private set; }

        public int Restored { get; private set; }

        public double LargestRateAfterRestore { get; private set; }

        public List<int> Rows { get; } = [];

        public double Step(ReadOnlySpan<int> rows, int step, double learningRate)
        {
            Rows.AddRange(rows);
            if (Restored > 0)
                LargestRateAfterRestore = Math.Max(LargestRateAfterRestore, learningRate);
            return likelihood(Step_++);
        }

        public void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result) => result.Fill((float)likelihood(Step_));

        public void Save(WeightSlot slot) => _slots[slot] = Step_;

        public void Restore(WeightSlot slot)
        {
            Step_ = _slots[slot];
            if (slot == WeightSlot.LastGood)
                Restored++;
        }

        public Transformed Freeze() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
