using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted Glow, a deep flow of affine couplings with invertible linear maps between them: scores rows by their exact
/// log-likelihood, in managed code.</summary>
public sealed class GlowTransformer : FlowTransformer
{
    internal GlowTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, GlowLoader.ModelSignature, GlowLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new GlowTransformer(Environment, model);
}
