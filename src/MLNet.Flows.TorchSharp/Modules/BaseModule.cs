using MLNet.Flows.Distributions;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A base distribution under autograd: latent points z [n, d] to log p(z) [n], in nats, normalizing constant included.</summary>
/// <remarks>Parameters are those of the managed distribution in training, group by group in the order of its flat vector, so that both start and
/// freeze by the same code.</remarks>
internal abstract class BaseModule(string name, TrainableDistribution managed) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The same distribution, managed.</summary>
    public TrainableDistribution Managed { get; } = managed;

    /// <summary>The distribution at the present parameters, for scoring.</summary>
    public Distribution Freeze() => Managed.Freeze(parameters().SelectMany(ModuleTensors.ToArray).ToArray());

    /// <param name="managed">Says which distribution, with which numbers.</param>
    /// <param name="start">Its flat parameters.</param>
    public static BaseModule Of(TrainableDistribution managed, float[] start) => managed switch
    {
        TrainableLocationScale locationScale => new LocationScaleModule(locationScale, start),
        TrainableNormalMixture mixture => new NormalMixtureModule(mixture, start),
        _ => throw new NotSupportedException($"{managed.GetType().Name} has no module. Add one beside {nameof(NormalMixtureModule)}."),
    };

    /// <summary>The log-scale kept within the managed limit: beyond it the gradient is 0.</summary>
    protected static Tensor Limited(Tensor logScale) => logScale.clamp(Scalars.LowestLogScale, Scalars.HighestLogScale);
}
