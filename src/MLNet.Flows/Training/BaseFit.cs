using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Fits a base distribution to the training rows by itself, by maximum likelihood, for flows whose base is fixed while
/// they train.</summary>
/// <remarks>With the noise, the trimming and the example weights of the training that follows. A step takes microseconds, as
/// there is no map.</remarks>
internal static class BaseFit
{
    private const int MaximumSteps = 500;
    private const int StepsBetweenChecks = 50;
    private const double LearningRate = 1e-2;

    /// <param name="task">The data, and the flow whose base is fitted.</param>
    /// <returns>The base's flat parameters.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static float[] Run(TrainingTask task)
    {
        var alone = new TrainableTransformed([], task.Flow.Base);
        TrainingSettings settings = task.Settings with
        {
            MaximumSteps = Math.Min(task.Settings.MaximumSteps, MaximumSteps),
            WeightDecay = 0,
            Threads = 1,
        };
        using var engine = new ManagedEngine(
            task with { Flow = alone, Objective = new MaximumLikelihood(alone), Settings = settings });
        var random = new RandomStream(settings.Seed, RandomStreams.BaseBatches);
        var schedule = new LearningRateSchedule(LearningRate, settings.MaximumSteps);
        int[] train = task.Split.Train;
        var batch = new int[Math.Min(settings.BatchSize, train.Length)];
        engine.Save(WeightSlot.LastGood);
        for (int step = 0; step < settings.MaximumSteps; step++)
        {
            task.Checkpoint?.Invoke();
            foreach (ref int row in batch.AsSpan())
                row = train[random.NextInt32(train.Length)];
            if (!double.IsFinite(engine.Step(batch, step, schedule[step])))
            {
                engine.Restore(WeightSlot.LastGood);
                break;
            }

            if (step % StepsBetweenChecks == 0)
            {
                engine.RecountCategories(all: false);
                engine.Save(WeightSlot.LastGood);
            }
        }

        return [.. engine.Average];
    }
}
