using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A base distribution under autograd: latent points z [n, d] to log p(z) [n], in nats, normalizing constant
/// included.</summary>
/// <remarks>Parameters are those of the managed distribution in training, group by group in the order of its flat vector, so that
/// both start and freeze by the same code.</remarks>
internal abstract class BaseModule(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>log p(z, c) where the shares of the categories c enter: of a mixture alone.</summary>
    /// <param name="z">[n, d].</param>
    /// <param name="logShares">[n, M], log p(c | component) of each row, without a gradient; null without categories.</param>
    public virtual Tensor Run(Tensor z, Tensor? logShares) => logShares is null
        ? call(z)
        : throw new NotSupportedException($"{GetType().Name} has no components that categories could have shares in.");

    /// <summary>The log-scale kept within the managed limit: beyond it the gradient is 0.</summary>
    protected static Tensor Limited(Tensor logScale) => logScale.clamp(Scalars.LowestLogScale, Scalars.HighestLogScale);
}
