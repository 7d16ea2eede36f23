namespace MLNet.Flows;

/// <summary>One report from training: where it stands and how well the flow fits.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="MaximumSteps">Steps at most; early stopping may end sooner.</param>
/// <param name="Epoch">Passes over the training rows so far, with fractions.</param>
/// <param name="TrainLogLikelihood">Mean log-likelihood of the training batches since the last report, in nats, original units (with input noise).</param>
/// <param name="ValidationLogLikelihood">Mean log-likelihood of the validation rows under the averaged weights, in nats; NaN without validation rows.</param>
/// <param name="RowsPerSecond">Training rows processed per second since the last report. Not saved: NaN in a model that was loaded.</param>
/// <param name="Elapsed">Time since training began. Not saved: zero in a model that was loaded.</param>
/// <param name="Remaining">Estimated time to the last step, if training does not stop early. Not saved: zero in a model that was loaded.</param>
public sealed record TrainingProgress(
    int Step,
    int MaximumSteps,
    double Epoch,
    double TrainLogLikelihood,
    double ValidationLogLikelihood,
    double RowsPerSecond,
    TimeSpan Elapsed,
    TimeSpan Remaining);
