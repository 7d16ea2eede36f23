using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted radial flow: scores rows by their exact log-likelihood.</summary>
public sealed class RadialFlowTransformer : FlowTransformer
{
    internal RadialFlowTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, RadialFlowLoader.ModelSignature, RadialFlowLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new RadialFlowTransformer(Environment, model);
}
