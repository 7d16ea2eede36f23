using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>What is to be trained, and on what, whatever the flow and the engine.</summary>
/// <param name="Data">Preprocessed rows [n, d].</param>
/// <param name="Weights">[n] example weights; empty for all 1.</param>
/// <param name="Split">Rows that train and rows that validate.</param>
/// <param name="Flow">The flow.</param>
/// <param name="Settings">The numbers.</param>
internal sealed record TrainingTask(FeatureMatrix Data, float[] Weights, ValidationSplit Split, TrainableTransformed Flow, TrainingSettings Settings)
{
    /// <summary>Called between steps of the start; throws where the caller cancelled.</summary>
    public Action? Checkpoint { get; init; }

    /// <summary>What the preprocessing adds to the mean log-likelihood of the training rows, in nats.</summary>
    public double TrainLogDet { get; init; }

    /// <summary>Likewise for the validation rows.</summary>
    public double ValidationLogDet { get; init; }

    public IProgress<TrainingProgress>? Progress { get; init; }
}
