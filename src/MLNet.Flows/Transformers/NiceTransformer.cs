using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted NICE, a deep flow of additive couplings: scores rows by their exact log-likelihood, in managed
/// code.</summary>
public sealed class NiceTransformer : FlowTransformer
{
    internal NiceTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, NiceLoader.ModelSignature, NiceLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new NiceTransformer(Environment, model);
}
