using System.Globalization;
using System.Runtime.ExceptionServices;
using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Estimators.Calibration;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators.Members;

/// <summary>Trains the members of flows on parts of the same preprocessed rows: of the flow itself, and of those that its
/// p-values are calibrated with.</summary>
internal sealed class MemberTraining
{
    private const int MostStepsOfEpochs = 10_000_000;

    private const int NoFold = -1;

    // Whole blocks, so that which rows are scored side by side changes no bit.
    private const int ScoredTogether = 64 * RowBlock.Rows;

    // 2^32 over the golden ratio: seeds of members far from each other, and from those of a neighbouring seed.
    private const int SeedStride = unchecked((int)0x9e3779b1);
    private readonly FlowHost _host;
    private readonly FlowOptions _options;
    private readonly Recipe _recipe;
    private readonly int _seed;
    private readonly TrainingRows _source;
    private readonly ColumnPartition _columns;
    private readonly ValidationSplit _firstSplit;

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
        int dimension = Data.Dimension + (source.Categories?.Codes.Columns ?? 0);
        _recipe = Recipe.Of(options, dimension);
        _firstSplit = DrawSplit(seed);
        int trainingRows = _firstSplit.Train.Length;
        TrainableTransformed flow = CreateFlow(seed, trainingRows, leaveOut: null);
        long perMember = flow.ParameterCount + (flow.Base.Categories?.ParameterCount(Components()) ?? 0);
        Effort = TrainingEffort.Of(_recipe, options, Data.RowCount, dimension, trainingRows, _recipe.Members * perMember);
    }

    /// <summary>What is trained on.</summary>
    public PreprocessedRows Rows { get; }

    private FeatureMatrix Data => Rows.Values;

    /// <summary>How often and for how long it trains.</summary>
    public TrainingEffort Effort { get; }

    /// <summary>The seed of a member: its own for the first.</summary>
    public static int SeedOf(int seed, int member) => unchecked(seed + member * SeedStride);

    /// <summary>Components of a member's base; 1 where it is no mixture.</summary>
    public int Components() =>
        _recipe.Base.Create(Data.Dimension, _firstSplit.Train.Length) is TrainableNormalMixture mixture ? mixture.Components : 1;

    /// <summary>Trains all members of the flow and, for each fold, as many members as the effort allows on the rows outside of
    /// it: side by side, each from data and seed + member alone, so that how many threads there are changes nothing.</summary>
    /// <remarks>
    /// 1. Trainings begin in order, the flow's members first. With more threads than trainings, the steps of one share what
    /// there is.
    /// 2. Where the caller cancels, the members stay that were trained to their end, in their order; if none was, the best
    /// weights so far of the first that has any do. Flows of folds are then of no use.
    /// 3. A training that diverges stops those after it; of several faults the first one in order counts. In a fold it costs the
    /// calibration, not the flow.
    /// </remarks>
    /// <exception cref="InvalidOperationException">Training of a member diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public TrainedMembers Run(RowFolds folds)
    {
        int members = _recipe.Members, trainings = members + folds.Count * Effort.MembersPerFold;
        int threads = _options.Threads, sideBySide = Math.Min(threads, trainings);
        var reports = new FitReports(_host, _options.Progress, trainings, Settings(_firstSplit.Train.Length, _seed, threads));
        var results = new Result[trainings];
        int firstFault = int.MaxValue;
        SideBySide.Run(trainings, sideBySide, index =>
        {
            bool IsStopped() => index > Volatile.Read(ref firstFault) || reports.Fault is not null;
            if (_host.IsCancelled || IsStopped())
                return;
            int fold = index < members ? NoFold : (index - members) / Effort.MembersPerFold;
            int member = index < members ? index : (index - members) % Effort.MembersPerFold;
            try
            {
                results[index] = RunMember(
                    member,
                    fold == NoFold ? null : folds.In(fold),
                    threads / sideBySide,
                    _host.ForPart(silent: fold != NoFold, IsStopped),
                    settings => reports.Begin(index, settings));
                if (results[index].IsWhole)
                    reports.End(index);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception fault)
            {
                results[index] = new Result { Fault = ExceptionDispatchInfo.Capture(fault) };
                for (int seen = firstFault; index < seen;)
                    seen = Interlocked.CompareExchange(ref firstFault, index, seen);
            }
        });

        reports.Fault?.Throw();
        foreach (Result result in results[..members])
            result.Fault?.Throw();
        TrainedMembers trained = Collect(results.AsSpan(0, members));
        _host.Info(string.Create(CultureInfo.InvariantCulture,
            $"Training ended ({trained.History.StopReason}) after {reports.Elapsed.TotalSeconds:F2} s; the weights of step "
            + $"{trained.History.BestStep} were kept."));
        return folds.Count == 0 || trained.History.StopReason == TrainingStopReason.Cancelled
            ? trained
            : WithFolds(trained, results[members..], folds.Count);
    }

    /// <summary>Rows that a flow without a fold had for validation alone, so that it saw them no more than those in the fold;
    /// none where it has as many members as the flow itself, whose rows are then as they are, or several, each with a split of
    /// its own.</summary>
    public int[] ValidationRowsWithout(Predicate<int> fold) =>
        _recipe.Members > 1 && Effort.MembersPerFold == 1 ? Split(_seed, fold).Validation : [];

    /// <summary>The rows' log-likelihoods under a flow that this trained.</summary>
    public void Score(FlowDensity density, float[] likelihoods, int threads) =>
        SideBySide.Run((likelihoods.Length + ScoredTogether - 1) / ScoredTogether, threads, part =>
        {
            int first = part * ScoredTogether;
            Span<float> result = likelihoods.AsSpan(first, Math.Min(ScoredTogether, likelihoods.Length - first));
            density.LogProbPreprocessed(
                Data,
                Rows.Context?.Values,
                first,
                Rows.Bijections.Length,
                Rows.LogDets,
                result,
                density.CreateWorkspace(),
                _source.Categories?.Codes);
        });

    private TrainedMembers Collect(ReadOnlySpan<Result> results)
    {
        var whole = new List<Result>();
        Result? begun = null;
        foreach (Result result in results)
        {
            if (result.IsWhole)
                whole.Add(result);
            else if (result.Flow is not null)
                begun ??= result;
        }

        if (whole.Count == 0 && begun is null)
            _host.ThrowIfCancelled();
        List<Result> kept = whole.Count > 0 ? whole : [begun!.Value];
        TrainingHistory history = kept[0].History! with { Recoveries = kept.Sum(each => each.History!.Recoveries) };
        if (whole.Count < results.Length)
            history = history with { StopReason = TrainingStopReason.Cancelled };
        return new TrainedMembers(Mix(kept), history);
    }

    private TrainedMembers WithFolds(TrainedMembers trained, Result[] results, int folds)
    {
        foreach (Result result in results)
        {
            if (result.Fault is not ExceptionDispatchInfo fault)
                continue;
            if (fault.SourceException is not InvalidOperationException)
                fault.Throw();
            return trained with { FoldFault = $"because calibrating them failed: {fault.SourceException.Message}" };
        }

        return results.All(result => result.IsWhole)
            ? trained with { WithoutFold = [.. results.Chunk(results.Length / folds).Select(Mix)] }
            : trained with
            {
                History = trained.History with { StopReason = TrainingStopReason.Cancelled },
                FoldFault = "because Fit was cancelled while they were being calibrated.",
            };
    }

    private FlowDensity Mix(IReadOnlyList<Result> members)
    {
        Transformed[] flows = [.. members.Select(member => member.Flow!)];
        if (flows is [Transformed only] && _recipe.Members == 1)
            return Density([.. Rows.Bijections, .. only.Bijections], only.Base);
        return Density(
            Rows.Bijections,
            new UniformMixture(_recipe.Base.DropsSmallClusters ? ClusterAgreement.DropDisputedComponents(flows) : flows));
    }

    private FlowDensity Density(Bijection[] bijections, Distribution baseDistribution) =>
        new(_columns, new Transformed(bijections, baseDistribution), Rows.Context?.Scale);

    // A member has a start, a split and an order of rows of its own; the first one is the flow that would be trained alone.
    private Result RunMember(
        int member, Predicate<int>? leaveOut, int threads, FlowHost host,
        Func<TrainingSettings, IProgress<TrainingProgress>> reportsOf)
    {
        int ownSeed = SeedOf(_seed, member);
        ValidationSplit split = Split(ownSeed, leaveOut);
        TrainableTransformed flow = CreateFlow(ownSeed, split.Train.Length, leaveOut);
        TrainingSettings settings = Settings(split.Train.Length, ownSeed, threads);
        var task = new TrainingTask(Data, _source.Weights, split, flow, settings)
        {
            Context = Rows.Context?.Values,
            Objective = Data.Dimension == 0 ? new MaximumLikelihood(flow) : _options.CreateObjective(flow),
            Checkpoint = host.ThrowIfCancelled,
            TrainLogDet = Rows.MeanLogDet(split.Train),
            ValidationLogDet = Rows.MeanLogDet(split.Validation),
            Progress = reportsOf(settings),
        };
        using ITrainingEngine engine = _options.Engine.Create(task);
        TrainingHistory history = new TrainingLoop(engine, task, host).Run(Data.RowCount, _source.Skipped);
        return new Result { Flow = engine.Freeze(), History = history };
    }

    // A value that only rows left out have is one that was not seen.
    private TrainableTransformed CreateFlow(int ownSeed, int trainingRows, Predicate<int>? leaveOut)
    {
        TrainableCategories? categories = _source.Categories is TrainingCategories { Codes: var codes, Sizes: var sizes }
            ? new TrainableCategories(codes, CategoryBackground.Of(codes, sizes, _source.Weights, leaveOut))
            : null;
        return new TrainableTransformed(
            Data.Dimension == 0
                ? []
                : _options.CreateBijections(Data.Dimension, Rows.Context?.Values.Dimension ?? 0, ownSeed),
            _recipe.Base.Create(Data.Dimension, trainingRows, categories));
    }

    private ValidationSplit Split(int ownSeed, Predicate<int>? leaveOut)
    {
        ValidationSplit split = ownSeed == _seed ? _firstSplit : DrawSplit(ownSeed);
        if (leaveOut is null)
            return split;
        int[] train = Array.FindAll(split.Train, row => !leaveOut(row));
        return new ValidationSplit(
            train.Length > 0 ? train : [.. Enumerable.Range(0, Data.RowCount).Where(row => !leaveOut(row))],
            Array.FindAll(split.Validation, row => !leaveOut(row)));
    }

    private ValidationSplit DrawSplit(int ownSeed)
    {
        var random = new RandomStream(ownSeed, RandomStreams.Validation);
        return Data.Dimension == 0
            ? ValidationSplit.DrawRows(Data.RowCount, _recipe.ValidationFraction, random)
            : ValidationSplit.Draw(Data, _recipe.ValidationFraction, random, _source.Categories?.Codes);
    }

    private TrainingSettings Settings(int trainingRows, int ownSeed, int threads)
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
            Threads = threads,
        };
    }

    /// <summary>What became of a training: nothing where it was cancelled before any weights were evaluated.</summary>
    private readonly record struct Result
    {
        public Transformed? Flow { get; init; }

        public TrainingHistory? History { get; init; }

        public ExceptionDispatchInfo? Fault { get; init; }

        public bool IsWhole => History is { StopReason: not TrainingStopReason.Cancelled };
    }
}
