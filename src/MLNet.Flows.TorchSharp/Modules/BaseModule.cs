using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A base distribution under autograd: latent points z [n, d] to log p(z) [n], in nats, normalizing constant
/// included.</summary>
/// <remarks>Parameters are those of the managed distribution in training, group by group in the order of its flat vector, so that
/// both start and freeze by the same code.</remarks>
internal abstract class BaseModule(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>The log-scale kept within the managed limit: beyond it the gradient is 0.</summary>
    protected static Tensor Limited(Tensor logScale) => logScale.clamp(Scalars.LowestLogScale, Scalars.HighestLogScale);
}
