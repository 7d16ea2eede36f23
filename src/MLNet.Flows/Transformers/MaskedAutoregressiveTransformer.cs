using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted masked autoregressive flow, a deep flow in which every column is changed by those before it: scores rows by
/// their exact log-likelihood, in managed code.</summary>
/// <remarks>A score takes one pass through the conditioners, a sample as many as there are columns.</remarks>
public sealed class MaskedAutoregressiveTransformer : FlowTransformer
{
    internal MaskedAutoregressiveTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, MaskedAutoregressiveLoader.ModelSignature, MaskedAutoregressiveLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new MaskedAutoregressiveTransformer(Environment, model);
}
