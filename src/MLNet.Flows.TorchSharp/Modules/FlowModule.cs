using MLNet.Flows.Bijections;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A bijection under autograd: rows x [n, d] to latent points z [n, d] and log|det df/dx| [n], from one call.</summary>
/// <remarks>What a new flow brings to this package, with a managed bijection of the same map in MLNet.Flows: training needs the module, scoring the bijection.</remarks>
internal abstract class FlowModule(string name) : nn.Module<Tensor, (Tensor Latent, Tensor LogDet)>(name)
{
    /// <summary>Sets what depends on data, from preprocessed rows [n, d]; called once, before training.</summary>
    public virtual void Initialize(Tensor rows)
    {
    }

    /// <summary>The managed bijections of the same map at the present parameters.</summary>
    public abstract Bijection[] Freeze();
}
