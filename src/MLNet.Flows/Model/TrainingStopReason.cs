namespace MLNet.Flows;

/// <summary>Why training ended.</summary>
public enum TrainingStopReason
{
    /// <summary>All steps were done.</summary>
    MaximumSteps = 0,

    /// <summary>The validation log-likelihood had stopped improving.</summary>
    EarlyStopping = 1,

    /// <summary>The caller cancelled; the best weights so far were kept, and p-values are not calibrated.</summary>
    Cancelled = 2,
}
