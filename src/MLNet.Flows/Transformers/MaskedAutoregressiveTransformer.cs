using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted masked autoregressive flow, a deep flow in which every column is changed by those before it: scores rows by
/// their exact log-likelihood, in managed code.</summary>
public sealed class MaskedAutoregressiveTransformer : FlowTransformer
{
    internal MaskedAutoregressiveTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, MaskedAutoregressiveLoader.ModelSignature, MaskedAutoregressiveLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new MaskedAutoregressiveTransformer(Environment, model);
}
