using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A bijection under autograd: rows x [n, d] to z [n, d] and log|det df/dx| [n], from one call.</summary>
/// <remarks>Parameters are those of the managed bijection in training, group by group in the order of its flat vector, so that
/// both start and freeze by the same code. What a new flow brings to this package is a module for each of its bijections, and a
/// line in
/// <see cref="ModuleTable"/>.</remarks>
internal abstract class BijectionModule(string name) : nn.Module<Tensor, (Tensor Z, Tensor LogDet)>(name)
{
    /// <summary>The map of rows x [n, d] that are given a context [n, context columns], or null; a module that reads none passes
    /// it over.</summary>
    public virtual (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor? context) => call(x);
}
