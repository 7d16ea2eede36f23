using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Members;

/// <summary>Trains the members of flows on parts of the same preprocessed rows: of the flow itself, and of those that its
/// p-values are calibrated with.</summary>
internal sealed class MemberTraining
{
    private const int MostStepsOfEpochs = 10_000_000;

    // 2^32 over the golden ratio: seeds of members far from each other, and from those of a neighbouring seed.
    private const int SeedStride = unchecked((int)0x9e3779b1);
    private readonly FlowHost _host;
    private readonly FlowOptions _options;
    private readonly Recipe _recipe;
    private readonly int _seed;
    private readonly TrainingRows _source;
    private readonly ColumnPartition _columns;

    /// <param name="host">Messages and cancellation.</param>
    /// <param name="options">Of the fit.</param>
    /// <param name="seed">Decides every random choice.</param>
    /// <param name="source">The rows as read, for their weights and how many were skipped.</param>
    /// <param name="columns">Which columns of those vary.</param>
    /// <param name="rows">What is trained on.</param>
    public MemberTraining(
        FlowHost host, FlowOptions options, int seed, TrainingRows source, ColumnPartition columns, PreprocessedRows rows)
    {
        (_host, _options, _seed, _source, _columns, Rows) = (host, options, seed, source, columns, rows);
        _recipe = Recipe.Of(options, Data.Dimension);
        int trainingRows = Split(seed, leaveOut: null).Train.Length;
        long perMember = CreateFlow(seed, trainingRows).ParameterCount;
        Effort = TrainingEffort.Of(_recipe, options, Data.RowCount, Data.Dimension, trainingRows, _recipe.Members * perMember);
    }

    /// <summary>What is trained on.</summary>
    public PreprocessedRows Rows { get; }

    private FeatureMatrix Data => Rows.Values;

    /// <summary>How often and for how long it trains.</summary>
    public TrainingEffort Effort { get; }

    /// <summary>Components of a member's base; 1 where it is no mixture.</summary>
    public int Components() =>
        CreateBase(Split(_seed, leaveOut: null).Train.Length) is TrainableNormalMixture mixture ? mixture.Components : 1;

    /// <summary>Members that were trained to their end stay, in their order, where the caller cancels; of the first one the best
    /// weights so far do.</summary>
    /// <exception cref="InvalidOperationException">Training diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public (FlowDensity Density, TrainingHistory History) Run() => Run(_recipe.Members, leaveOut: null, _host, _options.Progress);

    /// <summary>As <see cref="Run()"/>, without some of the rows, of as many members as the effort allows, and silently:
    /// no messages, no progress.</summary>
    public (FlowDensity Density, TrainingHistory History) RunWithout(Predicate<int> leaveOut) =>
        Run(Effort.MembersPerFold, leaveOut, _host.Silent(), progress: null);

    /// <summary>Rows that a flow without some of the rows had for validation alone, so that it saw them no more than those; none
    /// where it has as many members as the flow itself, whose rows are then as they are, or several, each with a split of its
    /// own.</summary>
    public int[] ValidationRowsWithout(Predicate<int> leaveOut) =>
        _recipe.Members > 1 && Effort.MembersPerFold == 1 ? Split(_seed, leaveOut).Validation : [];

    /// <summary>The rows' log-likelihoods under a flow that this trained.</summary>
    public void Score(FlowDensity density, float[] likelihoods) =>
        density.LogProbPreprocessed(Data, Rows.Bijections.Length, Rows.LogDets, likelihoods, density.CreateWorkspace());

    private (FlowDensity Density, TrainingHistory History) Run(
        int count, Predicate<int>? leaveOut, FlowHost messages, IProgress<TrainingProgress>? progress)
    {
        (Transformed member, TrainingHistory history) = RunMember(0, leaveOut, messages, progress);
        if (count == 1)
            return (Density([.. Rows.Bijections, .. member.Bijections], member.Base), history);

        var members = new List<Transformed> { member };
        for (int m = 1; m < count && history.StopReason != TrainingStopReason.Cancelled; m++)
        {
            TrainingHistory own;
            try
            {
                (member, own) = RunMember(m, leaveOut, messages, progress);
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
                members.Add(member);
        }

        Transformed[] mixed = _recipe.Base.DropsSmallClusters
            ? ClusterAgreement.DropDisputedComponents([.. members])
            : [.. members];
        return (Density(Rows.Bijections, new UniformMixture(mixed)), history);
    }

    private FlowDensity Density(Bijection[] bijections, Distribution baseDistribution) =>
        new(_columns, new Transformed(bijections, baseDistribution));

    // A member has a start, a split and an order of rows of its own; the first one is the flow that would be trained alone.
    private (Transformed Flow, TrainingHistory History) RunMember(
        int member, Predicate<int>? leaveOut, FlowHost messages, IProgress<TrainingProgress>? progress)
    {
        int ownSeed = unchecked(_seed + member * SeedStride);
        ValidationSplit split = Split(ownSeed, leaveOut);
        TrainableTransformed flow = CreateFlow(ownSeed, split.Train.Length);
        var task = new TrainingTask(Data, _source.Weights, split, flow, Settings(split.Train.Length, ownSeed))
        {
            Checkpoint = messages.ThrowIfCancelled,
            TrainLogDet = Rows.MeanLogDet(split.Train),
            ValidationLogDet = Rows.MeanLogDet(split.Validation),
            Progress = progress,
        };
        using ITrainingEngine engine = _options.Engine.Create(task);
        TrainingHistory history = new TrainingLoop(engine, task, messages).Run(Data.RowCount, _source.Skipped);
        return (engine.Freeze(), history);
    }

    private TrainableDistribution CreateBase(int trainingRows) => _recipe.Base.Create(Data.Dimension, trainingRows);

    private TrainableTransformed CreateFlow(int ownSeed, int trainingRows) =>
        new(_options.CreateBijections(Data.Dimension, ownSeed), CreateBase(trainingRows));

    private ValidationSplit Split(int ownSeed, Predicate<int>? leaveOut)
    {
        ValidationSplit split = ValidationSplit.Draw(
            Data, _recipe.ValidationFraction, new RandomStream(ownSeed, RandomStreams.Validation));
        if (leaveOut is null)
            return split;
        int[] train = Array.FindAll(split.Train, row => !leaveOut(row));
        return new ValidationSplit(
            train.Length > 0 ? train : [.. Enumerable.Range(0, Data.RowCount).Where(row => !leaveOut(row))],
            Array.FindAll(split.Validation, row => !leaveOut(row)));
    }

    private TrainingSettings Settings(int trainingRows, int ownSeed)
    {
        int batchSize = Math.Min(_options.BatchSize, trainingRows);
        return new TrainingSettings
        {
            MaximumSteps = _options.MaximumEpochs is int epochs
                ? (int)Math.Min((long)epochs * (trainingRows / batchSize), MostStepsOfEpochs)
                : Effort.Steps,
            BatchSize = batchSize,
            LearningRate = _options.LearningRate,
            WeightDecay = _options.WeightDecay,
            InputNoise = _recipe.InputNoise,
            TrimFraction = _recipe.TrimFraction,
            Patience = _options.Patience,
            Seed = ownSeed,
            Threads = _options.NumberOfThreads ?? Environment.ProcessorCount,
        };
    }
}
