namespace MLNet.Flows.Tool.Models;

/// <summary>The options that every flow takes.</summary>
internal sealed record FlowSettings
{
    public string? FeatureColumnName { get; init; }

    public string[] CategoricalColumnNames { get; init; } = [];

    public string? ContextColumnName { get; init; }

    public double? Contamination { get; init; }

    public double? FalseAlarmRate { get; init; }

    public int? MaximumSteps { get; init; }

    public int? MaximumTrainingRows { get; init; }

    public int Seed { get; init; }

    public int? NumberOfThreads { get; init; }

    public IProgress<FitProgress>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <summary>The same options with these set.</summary>
    public TOptions On<TOptions>(TOptions options)
        where TOptions : FlowOptions
    {
        options.FeatureColumnName = FeatureColumnName;
        options.CategoricalColumnNames = CategoricalColumnNames;
        options.ContextColumnName = ContextColumnName;
        options.Contamination = Contamination;
        options.FalseAlarmRate = FalseAlarmRate;
        options.MaximumTrainingRows = MaximumTrainingRows;
        options.MaximumSteps = MaximumSteps ?? options.MaximumSteps;
        options.Seed = Seed;
        options.NumberOfThreads = NumberOfThreads;
        options.Progress = Progress;
        options.CancellationToken = Cancellation;
        return options;
    }
}
