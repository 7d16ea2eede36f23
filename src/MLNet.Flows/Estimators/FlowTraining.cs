using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>Trains flows by one plan on parts of the same preprocessed rows: the flow itself, and those that its p-values are calibrated with.</summary>
internal sealed class FlowTraining(
    FlowHost host, FlowOptions options, FlowPlan plan, int seed, TrainingRows rows, ColumnPartition columns, Bijection[] preprocessing, float logDet)
{
    /// <summary>[n, d], preprocessed.</summary>
    public FeatureMatrix Data => rows.Features;

    /// <summary>How many bijections have been applied to the data, and what they add to every log-likelihood.</summary>
    public (int Count, float LogDet) Preprocessing => (preprocessing.Length, logDet);

    /// <summary>Trainings that p-values may cost where rows are few.</summary>
    public int CalibrationFolds => plan.CalibrationFolds;

    public ValidationSplit Split() => ValidationSplit.Draw(Data, plan.ValidationFraction, new RandomStream(seed, 5));

    /// <summary>Weights of a flow that is trained on so many rows.</summary>
    public long ParameterCount(int trainingRows) => plan.ParameterCount + plan.Base.Create(Data.Dimension, trainingRows).ParameterCount;

    /// <exception cref="InvalidOperationException">Training diverged at every learning rate tried.</exception>
    public (FlowDensity Density, TrainingHistory History) Run(ValidationSplit split) => Run(split, host, options.Progress);

    /// <summary>As <see cref="Run(ValidationSplit)"/>, behind the scenes: no messages and no progress.</summary>
    public (FlowDensity Density, TrainingHistory History) RunSilently(ValidationSplit split) => Run(split, host.Silent(), progress: null);

    private (FlowDensity Density, TrainingHistory History) Run(ValidationSplit split, FlowHost messages, IProgress<TrainingProgress>? progress)
    {
        using ITrainingEngine engine = plan.CreateEngine(new TrainingTask(
            Data,
            rows.Weights,
            split.Train,
            plan.Base.Create(Data.Dimension, split.Train.Length),
            options.NumberOfThreads ?? Environment.ProcessorCount,
            seed));
        TrainingHistory history = new FlowTrainer(engine, split, Settings(split, progress), messages).Run(Data.RowCount, rows.Skipped);
        (Bijection[] bijections, Distribution baseDistribution) = engine.Freeze();
        return (new FlowDensity(columns, [.. preprocessing, .. bijections], baseDistribution), history);
    }

    private TrainerSettings Settings(ValidationSplit split, IProgress<TrainingProgress>? progress)
    {
        int batchSize = Math.Min(options.BatchSize, split.Train.Length);
        return new TrainerSettings
        {
            MaximumSteps = options.MaximumEpochs is int epochs ? (int)Math.Min((long)epochs * (split.Train.Length / batchSize), 10_000_000) : plan.Steps,
            BatchSize = batchSize,
            LearningRate = options.LearningRate,
            InputNoise = plan.InputNoise,
            TrimFraction = plan.TrimFraction,
            Patience = options.Patience,
            Seed = seed,
            LogDetOfPreprocessing = logDet,
            Progress = progress,
            CancellationToken = options.CancellationToken,
        };
    }
}
