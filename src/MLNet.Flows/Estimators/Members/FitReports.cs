using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using MLNet.Flows.Interop;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Members;

/// <summary>One account of all trainings of a fit, to the caller's <see cref="IProgress{T}"/> and to the log, whichever threads
/// they run on: one report at a time.</summary>
internal sealed class FitReports
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);

    private readonly FlowHost _host;
    private readonly IProgress<FitProgress>? _progress;
    private readonly Lock _gate = new();
    private readonly Training[] _trainings;
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _lastLog = TimeSpan.MinValue;
    private ExceptionDispatchInfo? _fault;
    private int _done;

    /// <param name="host">For the log: a line a second at most.</param>
    /// <param name="progress">The caller's; null for none.</param>
    /// <param name="trainings">How many there will be.</param>
    /// <param name="expected">Steps and batch size that each is taken to have until it begins.</param>
    public FitReports(FlowHost host, IProgress<FitProgress>? progress, int trainings, TrainingSettings expected)
    {
        (_host, _progress) = (host, progress);
        _trainings = new Training[trainings];
        Array.Fill(_trainings, new Training(expected.MaximumSteps, expected.BatchSize));
    }

    /// <summary>What the caller's progress threw; null if nothing. It is not called again after that.</summary>
    public ExceptionDispatchInfo? Fault => Volatile.Read(ref _fault);

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>A training begins.</summary>
    /// <param name="index">Which one.</param>
    /// <param name="settings">Its numbers.</param>
    /// <returns>What its reports go to.</returns>
    public IProgress<TrainingProgress> Begin(int index, TrainingSettings settings)
    {
        lock (_gate)
            _trainings[index] = new Training(settings.MaximumSteps, settings.BatchSize);
        return new Sink(this, index);
    }

    /// <summary>A training has reached its end.</summary>
    public void End(int index)
    {
        lock (_gate)
        {
            _done++;
            _trainings[index] = _trainings[index].Ended();
            Report(index);
        }
    }

    private void Report(int index, TrainingProgress report)
    {
        lock (_gate)
        {
            _trainings[index] = _trainings[index] with { Latest = report };
            Report(index);
        }
    }

    private void Report(int index)
    {
        if (_fault is not null)
            return;
        TimeSpan elapsed = Elapsed;
        long steps = _trainings.Sum(each => (long)each.Step), most = _trainings.Sum(each => (long)each.MaximumSteps);
        TrainingProgress? latest = _trainings[index].Latest;
        var report = new FitProgress
        {
            MembersDone = _done,
            Members = _trainings.Length,
            Member = index,
            Step = steps,
            MaximumSteps = most,
            TrainLogLikelihood = latest?.TrainLogLikelihood ?? double.NaN,
            ValidationLogLikelihood = latest?.ValidationLogLikelihood ?? double.NaN,
            RowsPerSecond = _trainings.Sum(each => (double)each.Step * each.BatchSize) / Math.Max(elapsed.TotalSeconds, 1e-9),
            Elapsed = elapsed,
            Remaining = steps == 0 ? TimeSpan.Zero : elapsed * ((double)(most - steps) / steps),
        };
        Log(report);
        try
        {
            _progress?.Report(report);
        }
        catch (Exception fault)
        {
            Volatile.Write(ref _fault, ExceptionDispatchInfo.Capture(fault));
            throw;
        }
    }

    private void Log(FitProgress report)
    {
        if (_lastLog != TimeSpan.MinValue && report.Elapsed - _lastLog < LogInterval)
            return;
        _lastLog = report.Elapsed;
        string members = report.Members == 1 ? "" : $", {report.MembersDone} of {report.Members} members trained";
        _host.Info(string.Create(CultureInfo.InvariantCulture,
            $"Step {report.Step} of {report.MaximumSteps}{members}: log-likelihood {report.TrainLogLikelihood:F4} nats in "
            + $"training, {report.ValidationLogLikelihood:F4} in validation, {report.RowsPerSecond:0.00e0} rows/s, "
            + $"{report.Remaining.TotalSeconds:F1} s left."));
    }

    private sealed class Sink(FitReports reports, int index) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Report(index, value);
    }

    private readonly record struct Training(int MaximumSteps, int BatchSize)
    {
        public TrainingProgress? Latest { get; init; }

        public int Step => Latest?.Step ?? 0;

        public Training Ended() => this with { MaximumSteps = Step };
    }
}
