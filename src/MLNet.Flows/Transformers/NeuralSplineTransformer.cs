using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted neural spline flow, a deep flow of monotone rational-quadratic splines: scores rows by their exact
/// log-likelihood, in managed code.</summary>
public sealed class NeuralSplineTransformer : FlowTransformer
{
    internal NeuralSplineTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, NeuralSplineLoader.ModelSignature, NeuralSplineLoader.LoaderSignature)
    {
    }

    private protected override FlowTransformer With(FlowModel model) => new NeuralSplineTransformer(Environment, model);
}
