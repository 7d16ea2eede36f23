namespace MLNet.Flows.Tool.Models;

/// <summary>A report of the training.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Epoch">Passes over the rows.</param>
/// <param name="TrainLogLikelihood">Of training batches, in nats.</param>
/// <param name="HeldOutLogLikelihood">Of rows held out, in nats; NaN without any.</param>
internal sealed record TrainingPoint(int Step, double Epoch, double TrainLogLikelihood, double HeldOutLogLikelihood);
