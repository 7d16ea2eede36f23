using System.Diagnostics;
using System.Globalization;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>The training loop, the same for every engine: batches, schedule, validation, early stopping, recovery.</summary>
internal sealed class TrainingLoop
{
    private const int MaximumFailuresInARow = 5;
    private const int TrainingRowsEvaluated = 500;

    private readonly ITrainingEngine _engine;
    private readonly TrainingTask _task;
    private readonly TrainingSettings _settings;
    private readonly FlowHost _host;
    private readonly int[] _order;
    private readonly float[] _validation;
    private readonly int[] _evaluatedTraining;
    private readonly List<TrainingProgress> _history = [];
    private readonly RandomStream _random;
    private int _position;

    public TrainingLoop(ITrainingEngine engine, TrainingTask task, FlowHost host)
    {
        _engine = engine;
        _task = task;
        _settings = task.Settings;
        _host = host;
        _order = [.. task.Split.Train];
        _position = _order.Length;
        _validation = new float[task.Split.Validation.Length];
        _evaluatedTraining = task.Objective.IsLogLikelihood ? [] : Spread(task.Split.Train, TrainingRowsEvaluated);
        _random = new RandomStream(_settings.Seed, RandomStreams.Batches);
    }

    /// <summary>Trains; afterwards the engine holds the best weights.</summary>
    /// <exception cref="InvalidOperationException">Training diverged and lower rates did not help.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public TrainingHistory Run(long rowsUsed, long rowsSkipped)
    {
        var schedule = new LearningRateSchedule(_settings.LearningRate, _settings.MaximumSteps);
        int batchSize = Math.Min(_settings.BatchSize, _order.Length);
        int interval = Math.Clamp(_settings.MaximumSteps / 5, 1, _settings.EvaluationInterval);
        var stopReason = TrainingStopReason.MaximumSteps;
        double rateFactor = 1, best = double.NegativeInfinity, sum = 0;
        int bestStep = 0, evaluationsSinceBest = 0, failures = 0, recoveries = 0, stepsInSum = 0;
        long start = Stopwatch.GetTimestamp(), mark = start;

        _engine.Save(WeightSlot.LastGood);
        _engine.Save(WeightSlot.Best);
        for (int step = 0; step < _settings.MaximumSteps; step++)
        {
            if (bestStep == 0)
                _host.ThrowIfCancelled();
            if (_host.IsCancelled)
            {
                stopReason = TrainingStopReason.Cancelled;
                break;
            }

            double rate = schedule[step] * rateFactor;
            double logLikelihood = _engine.Step(NextBatch(batchSize), step, rate);
            bool evaluate = (step + 1) % interval == 0 || step + 1 == _settings.MaximumSteps;
            if (evaluate && double.IsFinite(logLikelihood))
                _engine.RecountCategories(all: false);
            double validation = evaluate && double.IsFinite(logLikelihood) ? Evaluate() : 0;
            double? training = evaluate && double.IsFinite(logLikelihood + validation) ? EvaluateTraining() : null;
            double last = !double.IsFinite(logLikelihood) ? logLikelihood
                : double.IsFinite(validation) ? training ?? 0
                : validation;
            if (!double.IsFinite(last))
            {
                Recover(step, last, rate, ++failures);
                recoveries++;
                rateFactor /= 2;
                (sum, stepsInSum) = (0, 0);
                continue;
            }

            sum += logLikelihood;
            stepsInSum++;
            if (!evaluate)
                continue;

            failures = 0;
            _engine.Save(WeightSlot.LastGood);
            double train = training ?? sum / stepsInSum;
            double criterion = _validation.Length > 0 ? validation : train;
            if (criterion > best)
            {
                (best, bestStep, evaluationsSinceBest) = (criterion, step + 1, 0);
                _engine.Save(WeightSlot.Best);
            }
            else
            {
                evaluationsSinceBest++;
            }

            Report(step + 1, train, _validation.Length > 0 ? validation : double.NaN, (long)stepsInSum * batchSize, start, mark);
            (sum, stepsInSum, mark) = (0, 0, Stopwatch.GetTimestamp());
            if (evaluationsSinceBest >= _settings.Patience && _validation.Length > 0)
            {
                stopReason = TrainingStopReason.EarlyStopping;
                break;
            }
        }

        if (bestStep == 0 && recoveries > 0)
        {
            throw new InvalidOperationException(
                $"None of {_settings.MaximumSteps} training steps gave a finite likelihood. Raise MaximumSteps, "
                + "lower LearningRate or check the features and example weights for extreme values.");
        }

        if (bestStep > 0)
            _engine.Restore(WeightSlot.Best);
        if (_order.Length > CategoryRecount.MostRows && stopReason != TrainingStopReason.Cancelled)
            _engine.RecountCategories(all: true);
        return new TrainingHistory
        {
            Progress = _history,
            StopReason = stopReason,
            BestStep = bestStep,
            RowsUsed = rowsUsed,
            RowsSkipped = rowsSkipped,
            Recoveries = recoveries,
        };
    }

    // Shuffled epochs; the last batch of an epoch that would be short begins the next epoch instead, so that all steps weigh the
    // same.
    private ReadOnlySpan<int> NextBatch(int batchSize)
    {
        if (_position + batchSize > _order.Length)
        {
            _random.Shuffle<int>(_order);
            _position = 0;
        }

        _position += batchSize;
        return _order.AsSpan(_position - batchSize, batchSize);
    }

    // The mean validation log-likelihood, without its lowest share when training trims too.
    private double Evaluate()
    {
        if (_validation.Length == 0)
            return 0;
        _engine.LogLikelihood(_task.Split.Validation, _validation);
        int trimmed = (int)(_settings.TrimFraction * _validation.Length);
        if (Array.Exists(_validation, float.IsNaN))
            return double.NaN;
        if (trimmed > 0)
            SingleOrder.Sort(_validation);
        double sum = 0;
        foreach (float value in _validation.AsSpan(trimmed))
            sum += value;
        return sum / (_validation.Length - trimmed);
    }

    // The mean log-likelihood of some training rows, likewise, where the steps' values are none.
    private double? EvaluateTraining()
    {
        int[] rows = _evaluatedTraining;
        if (rows.Length == 0)
            return null;
        float[] values = new float[rows.Length], weights = new float[rows.Length];
        _engine.LogLikelihood(rows, values);
        for (int i = 0; i < rows.Length; i++)
            weights[i] = _task.Weights.Length == 0 ? 1 : _task.Weights[rows[i]];
        if (_settings.TrimFraction > 0 && !Array.Exists(values, float.IsNaN))
            BatchTrimming.Apply(values, weights, (float)_settings.TrimFraction);
        double sum = 0, total = 0;
        for (int i = 0; i < rows.Length; i++)
            (sum, total) = (sum + (weights[i] == 0 ? 0 : (double)weights[i] * values[i]), total + weights[i]);
        return sum / total;
    }

    // From all over the rows, as their order may mean something.
    private static int[] Spread(int[] rows, int most)
    {
        int count = Math.Min(rows.Length, most);
        return [.. Enumerable.Range(0, count).Select(i => rows[(int)((long)i * rows.Length / count)])];
    }

    private void Recover(int step, double logLikelihood, double rate, int failures)
    {
        if (failures >= MaximumFailuresInARow)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Training diverged at step {step + 1} (log-likelihood is {logLikelihood} at learning rate {rate:G3}), "
                + $"{failures} times in a row. Lower LearningRate or check the features for extreme values."));
        }

        _engine.Restore(WeightSlot.LastGood);
        _host.Warning(string.Create(CultureInfo.InvariantCulture,
            $"Step {step + 1} gave log-likelihood {logLikelihood} at learning rate {rate:G3}: went back to the last good "
            + $"weights and halved the rate."));
    }

    private void Report(int step, double train, double validation, long rows, long start, long mark)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        var progress = new TrainingProgress
        {
            Step = step,
            MaximumSteps = _settings.MaximumSteps,
            Epoch = (double)step * Math.Min(_settings.BatchSize, _order.Length) / _order.Length,
            TrainLogLikelihood = train + _task.TrainLogDet,
            ValidationLogLikelihood = validation + _task.ValidationLogDet,
            RowsPerSecond = rows / Math.Max(Stopwatch.GetElapsedTime(mark).TotalSeconds, 1e-9),
            Elapsed = elapsed,
            Remaining = elapsed * ((double)(_settings.MaximumSteps - step) / step),
        };
        _history.Add(progress);
        _task.Progress?.Report(progress);
    }
}
