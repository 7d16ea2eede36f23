using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted planar flow: scores rows by their exact log-likelihood.</summary>
public sealed class PlanarFlowTransformer : FlowTransformer
{
    internal PlanarFlowTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, PlanarFlowLoader.ModelSignature, PlanarFlowLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new PlanarFlowTransformer(Environment, model);
}
