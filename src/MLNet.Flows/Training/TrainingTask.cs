using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>What an engine trains on, whatever the flow and the engine.</summary>
/// <param name="Data">Preprocessed rows [n, d].</param>
/// <param name="Weights">[n] example weights; empty for all 1.</param>
/// <param name="TrainingRows">Rows to start the parameters from.</param>
/// <param name="Base">The base distribution in training.</param>
/// <param name="Threads">Threads that may share the work of a step.</param>
/// <param name="Seed">Decides the start and the noise.</param>
internal sealed record TrainingTask(FeatureMatrix Data, float[] Weights, int[] TrainingRows, TrainableDistribution Base, int Threads, int Seed)
{
    /// <summary>Called between steps of the start; throws where the caller cancelled.</summary>
    public Action? Checkpoint { get; init; }
}
