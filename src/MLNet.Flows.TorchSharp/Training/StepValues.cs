using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.Training;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>What a step climbs, under autograd: a value per row of a batch, as the managed objective has it.</summary>
internal abstract class StepValues
{
    private static readonly Dictionary<Type, Create> Objectives = new()
    {
        [typeof(MaximumLikelihood)] = (_, bijections, baseModule, device) =>
            new LikelihoodValues(bijections, baseModule, device),
        [typeof(FlowMatching)] = (objective, bijections, _, device) =>
            new MatchingValues((FlowMatching)objective, (ContinuousModule)bijections.Single(), device),
    };

    private delegate StepValues Create(
        TrainingObjective objective, BijectionModule[] bijections, BaseModule baseModule, Device device);

    /// <param name="objective">The managed one.</param>
    /// <param name="bijections">Modules of the flow's bijections.</param>
    /// <param name="baseModule">Module of its base.</param>
    /// <param name="device">Where tensors live.</param>
    /// <exception cref="NotSupportedException">The objective is not known here.</exception>
    public static StepValues Of(
        TrainingObjective objective, BijectionModule[] bijections, BaseModule baseModule, Device device) =>
        Objectives.TryGetValue(objective.GetType(), out Create? create)
            ? create(objective, bijections, baseModule, device)
            : throw new NotSupportedException(
                $"{objective.GetType().Name} has no {nameof(StepValues)}. Write one, or train with TrainingEngine.Managed.");

    /// <param name="rows">[n, d], row-major, noise included.</param>
    /// <param name="contexts">[n, context columns], row-major; empty where rows are given none.</param>
    /// <param name="logShares">[n, M], the logarithms of the categories' shares in each component; empty without any.</param>
    /// <param name="weights">[n], of the rows; overwritten with those of the values.</param>
    /// <param name="step">Counted from 0.</param>
    /// <returns>[n].</returns>
    public abstract Tensor Of(float[] rows, float[] contexts, float[] logShares, float[] weights, int step);
}
