using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted continuous flow, a velocity field between the data and a base distribution: scores rows by their
/// log-likelihood, in managed code.</summary>
public sealed class ContinuousFlowTransformer : FlowTransformer
{
    internal ContinuousFlowTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, ContinuousFlowLoader.ModelSignature, ContinuousFlowLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new ContinuousFlowTransformer(Environment, model);
}
