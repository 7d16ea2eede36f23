using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators;
using MLNet.Flows.Model;
using MLNet.Flows.Training;

namespace MLNet.Flows;

/// <summary>The options of any flow and its training. Every property has a default that works.</summary>
/// <remarks>A null that stands for "decided by <see cref="Contamination"/>" gives way to what is set. Where a default depends on
/// the flow, the remarks of the flow's own options state it.</remarks>
public abstract class FlowOptions
{
    private const double DefaultFalseAlarmRate = 0.01;

    private protected FlowOptions()
    {
    }

    /// <summary>The feature column, a vector of Single of known size. Default "Features"; null where all columns are
    /// categorical.</summary>
    public string? FeatureColumnName { get; set; } = "Features";

    /// <summary>Columns of categories, text or keys, each one value or a vector of known size: the density is then that of
    /// features and categories together, and values that do not go together are strange although each is ordinary. Text that
    /// is empty, and the key 0, is missing, a value of its own; a value that no training row had alarms, unless more than one
    /// row in a hundred has a value that no other has. The base is a mixture, in each of whose components categories have shares
    /// of their own (docs/how-to/categories.md). Default none.</summary>
    public string[] CategoricalColumnNames { get; set; } = [];

    /// <summary>A column of what each row is given, its context, a vector of Single of known size: the flow is then log
    /// p(features | context), and a row is as strange as it is for its context. P-values are calibrated given the context. Give
    /// the hour as the sine and cosine of its angle, categories one-hot. Null (the default) for none.</summary>
    public string? ContextColumnName { get; set; }

    /// <summary>A Single column of example weights, 0 or more; null (the default) weighs all rows 1. A row of weight 2 counts
    /// as two of weight 1: only ratios matter. Rows of weight 0 are left out.</summary>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>Rows kept in memory to train on at most, 1 or more: of more usable rows (complete, and of positive weight) a
    /// uniform sample, drawn by the seed while they are read once in order, each row with its weight. Null (the default) for
    /// 1,000,000, and of rows with more than 100 columns no more than hold 100,000,000 values (docs/scale.md).</summary>
    public int? MaximumTrainingRows { get; set; }

    /// <summary>Expected share of anomalies in the training data, in [0, 0.5]: the one question that decides the defaults below
    /// (docs/quality.md). Null (the default) for unknown: a mixture base of few components that drops small clusters, and
    /// several such flows in a mixture. 0 for clean data: a mixture base of many components that keeps them all. Above 0: the
    /// least likely rows of every batch are left out.</summary>
    public double? Contamination { get; set; }

    /// <summary>Flows that are trained, each from a start of its own, 1 to 100: the density is their mixture with equal shares,
    /// as exact as one flow's, and training and scoring cost as many times as much. Null (the default) for what the flow's own
    /// options state where neither <see cref="Contamination"/> nor <see cref="BaseDistribution"/> is set, else 1. From three
    /// on, a flow loses the clusters that most others find nothing at, where the base drops small clusters. With more than one,
    /// History is the first one's, and the latent column holds the preprocessed row: there is no one map to a latent.</summary>
    public int? NumberOfMembers { get; set; }

    /// <summary>What carries out the optimizer's steps. Default <see cref="TrainingEngine.Managed"/>.</summary>
    public TrainingEngine Engine { get; set; } = TrainingEngine.Managed;

    /// <summary>Optimizer steps at most, 1 to 10,000,000. Null (the default) for what the flow's own options state; fewer where
    /// few rows have many columns, so that all trainings together visit at most 400 million values, or 1,000 times those of the
    /// data.</summary>
    public int? MaximumSteps { get; set; }

    /// <summary>Passes over the training rows at most, 1 to 1,000,000; when given it takes the place of
    /// <see cref="MaximumSteps"/>. Default null.</summary>
    public int? MaximumEpochs { get; set; }

    /// <summary>Rows in an optimizer step, 1 to 1,048,576. Default 128.</summary>
    public int BatchSize { get; set; } = 128;

    /// <summary>Adam's highest step size, in (0, 1]. Default 0.005. Warms up over 50 steps, then falls along a cosine to 2
    /// %.</summary>
    public double LearningRate { get; set; } = 5e-3;

    /// <summary>Decoupled weight decay (AdamW): each step takes this share times the step size off every weight; in [0, 1].
    /// Default 0.</summary>
    public double WeightDecay { get; set; }

    /// <summary>Standard deviation of Gaussian noise added to the preprocessed features in training, in [0, 10]. Null (the
    /// default) for 0.2, or 0.15 with <see cref="Contamination"/>: without noise discrete columns pull the density to infinity.
    /// Set 0 to 0.05 for a sharp density of smooth data.</summary>
    public double? InputNoise { get; set; }

    /// <summary>Share of the rows (2,000 at most) held out to decide when to stop, in [0, 0.5]. Null (the default) for 0.15, or
    /// 0.05 with <see cref="Contamination"/> 0. Equal rows stay together; below 20 distinct rows none is held out.</summary>
    public double? ValidationFraction { get; set; }

    /// <summary>Evaluations in a row without improvement (one every 100 steps) that end training, 1 or more. Default
    /// 5.</summary>
    public int Patience { get; set; } = 5;

    /// <summary>The base distribution. Null (the default) for a <see cref="BaseDistribution.NormalMixture"/> by
    /// <see cref="Contamination"/>. ForDensityEstimation sets one normal, which with categories gives way to a mixture that keeps
    /// all of its components.</summary>
    public BaseDistribution? BaseDistribution { get; set; }

    /// <summary>The preprocessing. Default <see cref="Preprocessing.Standardize"/>.</summary>
    public Preprocessing Preprocessing { get; set; } = Preprocessing.Standardize;

    /// <summary>Share of every batch, its least likely rows by weight, that is left out, in [0, 0.9]. Null (the default) for 0,
    /// or what follows from <see cref="Contamination"/> above 0.</summary>
    public double? TrimFraction { get; set; }

    /// <summary>PredictedLabel is true where PValue is below this, in [0, 1]. Null (the default) for
    /// <see cref="Contamination"/> where that is above 0: the strangest rows alarm, as many as the share of anomalies that is
    /// expected, so that it is an alarm rate on data mixed like the training data. Otherwise 0.01: about one alarm in a hundred
    /// rows like the training rows.</summary>
    public double? FalseAlarmRate { get; set; }

    /// <summary>How p-values are calibrated. With 2 to 20, so many flows are trained, each without one part of the rows, and
    /// p-values rank a row among the likelihoods that rows had under the flow which had not seen them, on the scale of the flow
    /// that is used. Each costs a training of the members, four at most (two or one where few rows have many columns). 0 ranks
    /// among the training rows' own likelihoods, which a flow on few rows makes too high: more false alarms than asked for.
    /// Null (the default) for 0 where there are three rows or more per weight of all members, else for what the flow's own
    /// options state, twice as many with fewer rows than a fifth of the columns.</summary>
    public int? CalibrationFolds { get; set; }

    /// <summary>Output column of log p(x), in nats. Default "LogLikelihood".</summary>
    public string LogLikelihoodColumnName { get; set; } = "LogLikelihood";

    /// <summary>Output column of -log p(x). Default "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>Output column of the share of rows like the training rows that are at most this likely. Default
    /// "PValue".</summary>
    public string PValueColumnName { get; set; } = "PValue";

    /// <summary>Output column of the alarm. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>Output column of the latent vector z = f(x), as long as the features; null (the default) for none. For
    /// diagnosis: of normal rows each slot looks like a draw from the base distribution. Costs one more scoring per row
    /// read.</summary>
    public string? LatentColumnName { get; set; }

    /// <summary>Output column of what each feature adds to the Score, in nats; null (the default) for none. Integrated
    /// gradients from a likely point, the center of the heaviest component of the base, to the row: they add up to Score(row) -
    /// Score(that point). Costs a few hundred scorings per row read.</summary>
    public string? FeatureContributionsColumnName { get; set; }

    /// <summary>Decides every random choice; null (the default) takes it from the MLContext's seed.</summary>
    public int? Seed { get; set; }

    /// <summary>Threads at most, 1 or more; null (the default) for all cores: members and the flows of the calibration train side
    /// by side, a single one shares out its batches. The model does not depend on it.</summary>
    public int? NumberOfThreads { get; set; }

    /// <summary>Receives a report of every evaluation during training and of every member's end, one at a time, from the threads
    /// that train: it must not wait for other work. Ends the fit by throwing. Default none.</summary>
    public IProgress<FitProgress>? Progress { get; set; }

    /// <summary>Stops a fit within a step, as cancelling the MLContext does: while rows are read (64 more at most, and what a
    /// view reads ahead), preprocessed, clustered or trained on before the first evaluation with an
    /// <see cref="OperationCanceledException"/>; later Fit returns the best weights so far and the members trained by then
    /// (History.StopReason says so); p-values are then not calibrated, so that on few rows many fresh ones alarm.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>The false-alarm rate that these options give.</summary>
    internal double AlarmRate => FalseAlarmRate ?? RateOf(Contamination);

    /// <summary>The false-alarm rate where none is set.</summary>
    internal static double RateOf(double? contamination) => contamination is > 0 ? contamination.Value : DefaultFalseAlarmRate;

    /// <summary>The columns that these options name.</summary>
    internal FlowColumnNames ColumnNames => new(
        FeatureColumnName,
        LogLikelihoodColumnName,
        ScoreColumnName,
        PValueColumnName,
        PredictedLabelColumnName,
        LatentColumnName,
        FeatureContributionsColumnName,
        ContextColumnName);

    internal int Threads => NumberOfThreads ?? Environment.ProcessorCount;

    internal virtual FlowOptions Clone()
    {
        var clone = (FlowOptions)MemberwiseClone();
        clone.CategoricalColumnNames = [.. CategoricalColumnNames];
        return clone;
    }

    /// <summary>The flow's name in the catalog.</summary>
    internal abstract string FlowName { get; }

    /// <summary>The defaults that depend on the flow, and on the other options.</summary>
    internal abstract FlowDefaults Defaults { get; }

    /// <summary>Most members that a model may have.</summary>
    internal virtual int MaximumMembers => UniformMixture.MaximumMembers;

    /// <summary>How much of the memory that a saved model may take when it is loaded goes to tables that grow faster than the
    /// file, in [0, 1].</summary>
    internal virtual double ShareOfTables => 0;

    /// <summary>The bijections of one flow, from preprocessed rows to the latent, to be trained.</summary>
    /// <param name="dimension">Columns that vary.</param>
    /// <param name="context">Columns of the context.</param>
    /// <param name="seed">Decides what is random about their shapes; their parameters start later.</param>
    internal abstract TrainableBijection[] CreateBijections(int dimension, int context, int seed);

    /// <summary>What a flow is trained for.</summary>
    /// <param name="flow">Of <see cref="CreateBijections"/>.</param>
    internal virtual TrainingObjective CreateObjective(TrainableTransformed flow) => new MaximumLikelihood(flow);

    /// <summary>Throws one exception that lists every fault.</summary>
    internal void Check()
    {
        var faults = new OptionFaults();
        faults.Range(nameof(Contamination), Contamination ?? 0, 0, 0.5);
        CheckOwn(faults);
        faults.Range(nameof(NumberOfMembers), NumberOfMembers ?? 1, 1, UniformMixture.MaximumMembers);
        if (Engine is null)
            faults.Add("Engine is null. Leave it at its default or choose one.");
        faults.Range(nameof(MaximumTrainingRows), MaximumTrainingRows ?? 1, 1, int.MaxValue);
        faults.Range(nameof(MaximumSteps), MaximumSteps ?? 1, 1, 10_000_000);
        faults.Range(nameof(MaximumEpochs), MaximumEpochs ?? 1, 1, 1_000_000);
        faults.Range(nameof(BatchSize), BatchSize, 1, 1 << 20);
        faults.Range(nameof(WeightDecay), WeightDecay, 0, 1);
        faults.Range(nameof(InputNoise), InputNoise ?? 0, 0, 10);
        faults.Range(nameof(ValidationFraction), ValidationFraction ?? 0, 0, 0.5);
        faults.Range(nameof(Patience), Patience, 1, int.MaxValue);
        faults.Range(nameof(TrimFraction), TrimFraction ?? 0, 0, 0.9);
        faults.Range(nameof(FalseAlarmRate), FalseAlarmRate ?? 0, 0, 1);
        if (CalibrationFolds is not (null or 0 or (>= 2 and <= 20)))
            faults.Add($"CalibrationFolds is {CalibrationFolds}, but it is 0 or in [2, 20].");
        faults.Range(nameof(NumberOfThreads), NumberOfThreads ?? 1, 1, 1024);
        faults.LearningRate(LearningRate);
        if (BaseDistribution?.Fault is string baseFault)
            faults.Add(baseFault);
        string[] categorical = CategoricalColumnNames ?? [];
        if (categorical.Length > 0 && BaseDistribution is { IsMixture: false })
            faults.Add(
                "BaseDistribution is no mixture, but categories are shares within a mixture's components: with one component "
                + "they would be independent of the features. Leave it null, or take NormalMixture.");
        if (categorical.Length == 0 && FeatureColumnName is null)
            faults.Add("FeatureColumnName is null, and CategoricalColumnNames is empty. Name a column of either kind.");
        if (FeatureColumnName is null && LatentColumnName is not null)
            faults.Add("LatentColumnName is given, but without features there is no latent vector. Leave it null.");
        if (Preprocessing is null)
            faults.Add("Preprocessing is null. Leave it at its default or choose one.");
        else if (Preprocessing.Fault is string preprocessingFault)
            faults.Add(preprocessingFault);

        string?[] optional = [LatentColumnName, FeatureContributionsColumnName, ExampleWeightColumnName, ContextColumnName];
        string[] columns =
        [
            LogLikelihoodColumnName,
            ScoreColumnName,
            PValueColumnName,
            PredictedLabelColumnName,
            .. FeatureColumnName is null ? Array.Empty<string>() : [FeatureColumnName],
            .. categorical,
            .. optional.OfType<string>(),
        ];
        string[] clashes = [.. CategoryRoles.Faults(this)];
        if (columns.Any(string.IsNullOrEmpty) || optional.Contains(""))
            faults.Add("A column name is null or empty. Leave it at its default or give a name.");
        else if (clashes.Length > 0)
            faults.Add(string.Join(" ", clashes));
        else if (columns.Distinct().Count() < columns.Length)
            faults.Add($"The columns '{string.Join("', '", columns)}' are not all different. Give each its own name.");
        if (CategoricalColumnNames is null)
            faults.Add("CategoricalColumnNames is null. Leave it empty for none.");

        faults.ThrowIfAny(FlowName);
    }

    /// <summary>Adds the faults of the properties that only this flow has.</summary>
    private protected abstract void CheckOwn(OptionFaults faults);
}
