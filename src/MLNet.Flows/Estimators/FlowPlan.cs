using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>What a flow's estimator decides about a training: the recipe's numbers, and the engine that carries them out.</summary>
/// <param name="Steps">Optimizer steps at most.</param>
/// <param name="InputNoise">Standard deviation of the noise.</param>
/// <param name="ValidationFraction">Share held out.</param>
/// <param name="TrimFraction">Share of every batch left out.</param>
/// <param name="Base">The base distribution.</param>
/// <param name="ParameterCount">Weights of the bijections, without those of the base.</param>
/// <param name="CalibrationFolds">Trainings that p-values may cost where rows are few for so many weights.</param>
/// <param name="CreateEngine">Starts an engine on a task.</param>
internal sealed record FlowPlan(
    int Steps,
    double InputNoise,
    double ValidationFraction,
    double TrimFraction,
    BaseDistribution Base,
    long ParameterCount,
    int CalibrationFolds,
    Func<TrainingTask, ITrainingEngine> CreateEngine)
{
    /// <summary>Flows that are trained, each from a start of its own; the density is their mixture.</summary>
    public int Members { get; init; } = 1;
}
