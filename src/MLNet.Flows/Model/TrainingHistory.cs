namespace MLNet.Flows;

/// <summary>How a flow was trained: its progress reports and how training ended. Saved with the model, but for its
/// times.</summary>
public sealed record TrainingHistory
{
    /// <summary>The reports, in order of steps.</summary>
    public required IReadOnlyList<TrainingProgress> Progress { get; init; }

    /// <summary>Why training ended.</summary>
    public required TrainingStopReason StopReason { get; init; }

    /// <summary>The step whose averaged weights the model holds.</summary>
    public required int BestStep { get; init; }

    /// <summary>Rows trained and validated on.</summary>
    public required long RowsUsed { get; init; }

    /// <summary>Rows left out because a feature or the weight was missing or not finite.</summary>
    public required long RowsSkipped { get; init; }

    /// <summary>Times a step failed to be finite and the last good weights were restored.</summary>
    public required int Recoveries { get; init; }

    /// <summary>Where there was nothing to train.</summary>
    internal static TrainingHistory OfNoTraining(long rowsUsed, long rowsSkipped) => new()
    {
        Progress = [],
        StopReason = TrainingStopReason.MaximumSteps,
        BestStep = 0,
        RowsUsed = rowsUsed,
        RowsSkipped = rowsSkipped,
        Recoveries = 0,
    };
}
