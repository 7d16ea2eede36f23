namespace MLNet.Flows;

/// <summary>One report from training: where it stands and how well the flow fits.</summary>
public sealed record TrainingProgress
{
    /// <summary>Optimizer steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Steps at most; early stopping may end sooner.</summary>
    public required int MaximumSteps { get; init; }

    /// <summary>Passes over the training rows so far, with fractions.</summary>
    public required double Epoch { get; init; }

    /// <summary>Mean log-likelihood of the training batches since the last report, in nats, original units (with input
    /// noise); of a flow that is trained by something else, that of 500 training rows at most, without noise.</summary>
    public required double TrainLogLikelihood { get; init; }

    /// <summary>Mean log-likelihood of the validation rows under the averaged weights, in nats; NaN without validation
    /// rows.</summary>
    public required double ValidationLogLikelihood { get; init; }

    /// <summary>Training rows processed per second since the last report. Not saved: NaN in a model that was loaded.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Time since training began. Not saved: zero in a model that was loaded.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimated time to the last step, if training does not stop early. Not saved: zero in a model that was
    /// loaded.</summary>
    public required TimeSpan Remaining { get; init; }
}
