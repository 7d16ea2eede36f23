using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>Trains flows by one plan on parts of the same preprocessed rows: the flow itself, and those that its p-values are calibrated with.</summary>
internal sealed class FlowTraining(
    FlowHost host, FlowOptions options, FlowPlan plan, int seed, TrainingRows rows, ColumnPartition columns, PreprocessedRows preprocessed)
{
    /// <summary>What is trained on.</summary>
    public PreprocessedRows Rows => preprocessed;

    private FeatureMatrix Data => preprocessed.Values;

    /// <summary>How often and for how long it trains.</summary>
    public TrainingEffort Effort { get; } = EffortOf(options, plan, seed, preprocessed.Values);

    /// <summary>Components of a member's base; 1 where it is no mixture.</summary>
    public int Components() => CreateBase() is TrainableNormalMixture mixture ? mixture.Components : 1;

    /// <summary>Members that were trained to their end stay, in their order, where the caller cancels; of the first one the best weights so far do.</summary>
    /// <exception cref="InvalidOperationException">Training diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public (FlowDensity Density, TrainingHistory History) Run() => Run(plan.Members, leaveOut: null, host, options.Progress);

    /// <summary>As <see cref="Run()"/>, without some of the rows, of as many members as the effort allows, and behind the scenes: no messages, no progress.</summary>
    public (FlowDensity Density, TrainingHistory History) RunWithout(Predicate<int> leaveOut) =>
        Run(Effort.MembersPerFold, leaveOut, host.Silent(), progress: null);

    /// <summary>Rows that a flow without some of the rows had for validation alone, so that it saw them no more than those; none where it has as many members as
    /// the flow itself, whose rows are then as they are, or several, each with a split of its own.</summary>
    public int[] ValidationRowsWithout(Predicate<int> leaveOut) =>
        plan.Members > 1 && Effort.MembersPerFold == 1 ? Split(seed, leaveOut).Validation : [];

    /// <summary>The rows' log-likelihoods under a flow that this trained.</summary>
    public void Score(FlowDensity density, float[] likelihoods) =>
        density.LogProbPreprocessed(Data, preprocessed.Bijections.Length, preprocessed.LogDets, likelihoods, density.CreateWorkspace());

    private (FlowDensity Density, TrainingHistory History) Run(int count, Predicate<int>? leaveOut, FlowHost messages, IProgress<TrainingProgress>? progress)
    {
        (Bijection[] bijections, Distribution baseDistribution, TrainingHistory history) = RunMember(0, leaveOut, messages, progress);
        if (count == 1)
            return (new FlowDensity(columns, [.. preprocessed.Bijections, .. bijections], baseDistribution), history);

        var members = new List<Transformed> { new Transformed(bijections, baseDistribution) };
        for (int m = 1; m < count && history.StopReason != TrainingStopReason.Cancelled; m++)
        {
            TrainingHistory own;
            try
            {
                (bijections, baseDistribution, own) = RunMember(m, leaveOut, messages, progress);
            }
            catch (OperationCanceledException)
            {
                history = history with { StopReason = TrainingStopReason.Cancelled };
                break;
            }

            history = history with { Recoveries = history.Recoveries + own.Recoveries };
            if (own.StopReason == TrainingStopReason.Cancelled)
                history = history with { StopReason = own.StopReason };
            else
                members.Add(new Transformed(bijections, baseDistribution));
        }

        Transformed[] mixed = plan.Base.ForgetsSmallClusters ? ClusterAgreement.Reach([.. members]) : [.. members];
        return (new FlowDensity(columns, preprocessed.Bijections, new UniformMixture(mixed)), history);
    }

    // A member has a start, a split and an order of rows of its own; the first one is the flow that would be trained alone.
    private (Bijection[] Bijections, Distribution Base, TrainingHistory History) RunMember(
        int member, Predicate<int>? leaveOut, FlowHost messages, IProgress<TrainingProgress>? progress)
    {
        int own = unchecked(seed + member * (int)0x9e3779b1);
        ValidationSplit split = Split(own, leaveOut);
        using ITrainingEngine engine = plan.CreateEngine(new TrainingTask(
            Data,
            rows.Weights,
            split.Train,
            plan.Base.Create(Data.Dimension, split.Train.Length),
            options.NumberOfThreads ?? Environment.ProcessorCount,
            own)
        {
            Checkpoint = messages.ThrowIfCancelled,
        });
        TrainingHistory history = new FlowTrainer(engine, split, Settings(split, progress, own), messages).Run(Data.RowCount, rows.Skipped);
        (Bijection[] bijections, Distribution baseDistribution) = engine.Freeze();
        return (bijections, baseDistribution, history);
    }

    private static TrainingEffort EffortOf(FlowOptions options, FlowPlan plan, int seed, FeatureMatrix data)
    {
        int trainingRows = Split(data, plan, seed).Train.Length;
        long weights = plan.Members * (plan.ParameterCount + plan.Base.Create(data.Dimension, trainingRows).ParameterCount);
        return TrainingEffort.Of(plan, options, data.RowCount, data.Dimension, trainingRows, weights);
    }

    private static ValidationSplit Split(FeatureMatrix data, FlowPlan plan, int ownSeed) =>
        ValidationSplit.Draw(data, plan.ValidationFraction, new RandomStream(ownSeed, RandomStreams.Validation));

    private TrainableDistribution CreateBase() => plan.Base.Create(Data.Dimension, Split(seed, leaveOut: null).Train.Length);

    private ValidationSplit Split(int ownSeed, Predicate<int>? leaveOut)
    {
        ValidationSplit split = Split(Data, plan, ownSeed);
        if (leaveOut is null)
            return split;
        int[] train = Array.FindAll(split.Train, row => !leaveOut(row));
        return new ValidationSplit(
            train.Length > 0 ? train : [.. Enumerable.Range(0, Data.RowCount).Where(row => !leaveOut(row))],
            Array.FindAll(split.Validation, row => !leaveOut(row)));
    }

    private TrainerSettings Settings(ValidationSplit split, IProgress<TrainingProgress>? progress, int ownSeed)
    {
        int batchSize = Math.Min(options.BatchSize, split.Train.Length);
        return new TrainerSettings
        {
            MaximumSteps = options.MaximumEpochs is int epochs ? (int)Math.Min((long)epochs * (split.Train.Length / batchSize), 10_000_000) : Effort.Steps,
            BatchSize = batchSize,
            LearningRate = options.LearningRate,
            InputNoise = plan.InputNoise,
            TrimFraction = plan.TrimFraction,
            Patience = options.Patience,
            Seed = ownSeed,
            TrainLogDet = preprocessed.MeanLogDet(split.Train),
            ValidationLogDet = preprocessed.MeanLogDet(split.Validation),
            Progress = progress,
        };
    }
}
