using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted RealNVP, a deep flow of affine couplings: scores rows by their exact log-likelihood, in managed
/// code.</summary>
public sealed class RealNvpTransformer : FlowTransformer
{
    internal RealNvpTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, RealNvpLoader.ModelSignature, RealNvpLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new RealNvpTransformer(Environment, model);
}
