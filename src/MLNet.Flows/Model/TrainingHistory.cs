namespace MLNet.Flows;

/// <summary>How a flow was trained: its progress reports and how training ended. Saved with the model, but for its times.</summary>
/// <param name="Progress">The reports, in order of steps.</param>
/// <param name="StopReason">Why training ended.</param>
/// <param name="BestStep">The step whose averaged weights the model holds.</param>
/// <param name="RowsUsed">Rows trained and validated on.</param>
/// <param name="RowsSkipped">Rows left out because a feature or the weight was missing or not finite.</param>
/// <param name="Recoveries">Times a step failed to be finite and the last good weights were restored.</param>
public sealed record TrainingHistory(
    IReadOnlyList<TrainingProgress> Progress,
    TrainingStopReason StopReason,
    int BestStep,
    long RowsUsed,
    long RowsSkipped,
    int Recoveries);
