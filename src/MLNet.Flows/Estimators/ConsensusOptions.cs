using MLNet.Flows.Estimators;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>What belongs to a consensus as a whole rather than to its members. Every property has a default that works.</summary>
public abstract class ConsensusOptions
{
    private protected ConsensusOptions()
    {
    }

    /// <summary>PredictedLabel is true where PValue is below this, in [0, 1]. Null (the default) for what the members' options
    /// give, which must then agree.</summary>
    public double? FalseAlarmRate { get; set; }

    /// <summary>Output column of log p(x), in nats: the density of the members' mixture with equal shares. Default
    /// "LogLikelihood".</summary>
    public string LogLikelihoodColumnName { get; set; } = "LogLikelihood";

    /// <summary>Output column of minus the mean of the members' log-likelihoods, in nats. Default "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>Output column of the share of rows like the training rows whose score is at least this high. Default
    /// "PValue".</summary>
    public string PValueColumnName { get; set; } = "PValue";

    /// <summary>Output column of the alarm. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>Output column of what each feature adds to the Score, in nats; null (the default) for none: the mean of the
    /// members' integrated gradients from one likely point. They add up to Score(row) - Score(that point).</summary>
    public string? FeatureContributionsColumnName { get; set; }

    /// <summary>Threads at most, 1 or more; null (the default) for all cores. Members are trained one after another, each with
    /// all of them. The model does not depend on it.</summary>
    public int? NumberOfThreads { get; set; }

    /// <summary>Receives the reports of all members, which say whose they are. Ends the fit by throwing. Default none.</summary>
    public IProgress<FitProgress>? Progress { get; set; }

    /// <summary>Stops a fit within a step, as cancelling the MLContext does: before any member has weights with an
    /// <see cref="OperationCanceledException"/>; later Fit returns the consensus of the members that have some by then, with one
    /// warning (History.StopReason says so).</summary>
    public CancellationToken CancellationToken { get; set; }

    internal int Threads => NumberOfThreads ?? Environment.ProcessorCount;

    internal FlowColumnNames ColumnNames(string? features, string? context) => new(
        features,
        LogLikelihoodColumnName,
        ScoreColumnName,
        PValueColumnName,
        PredictedLabelColumnName,
        FeatureContributions: FeatureContributionsColumnName,
        Context: context);

    /// <summary>Share of anomalies among the training rows, as far as it is known; null for unknown.</summary>
    /// <param name="members">Of the consensus.</param>
    internal virtual double? ExpectedAnomalies(FlowOptions[] members) => members.Max(member => member.Contamination);

    internal ConsensusOptions Clone() => (ConsensusOptions)MemberwiseClone();

    /// <summary>Adds the faults of these options.</summary>
    /// <param name="faults">Receives them.</param>
    /// <param name="read">The columns that are read.</param>
    internal void Check(OptionFaults faults, params IEnumerable<string?> read)
    {
        faults.Range(nameof(FalseAlarmRate), FalseAlarmRate ?? 0, 0, 1);
        faults.Range(nameof(NumberOfThreads), NumberOfThreads ?? 1, 1, 1024);
        string?[] written =
            [LogLikelihoodColumnName, ScoreColumnName, PValueColumnName, PredictedLabelColumnName];
        string?[] columns = [.. written, .. read.Append(FeatureContributionsColumnName).Where(column => column is not null)];
        if (columns.Any(string.IsNullOrEmpty))
            faults.Add("A column name is null or empty. Leave it at its default or give a name.");
        else if (columns.Distinct().Count() < columns.Length)
            faults.Add($"The columns '{string.Join("', '", columns)}' are not all different. Give each its own name.");
    }
}
