using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a neural spline flow (NSF) on a feature column, whose exact density scores anomalies.</summary>
/// <remarks>z = f(x) through L times an invertible linear map by its LU factors and a monotone rational-quadratic spline of each
/// active column, whose knots a multilayer perceptron computes from other columns: in a coupling, or autoregressively. What all
/// flows share is described at <see cref="FlowEstimator{TTransformer}"/>. Durkan, Bekasov, Murray and Papamakarios 2019,
/// arXiv:1906.04032.</remarks>
public sealed partial class NeuralSplineEstimator : FlowEstimator<NeuralSplineTransformer>
{
    internal NeuralSplineEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override NeuralSplineTransformer Create(IHostEnvironment environment, FlowModel model) =>
        new(environment, model);
}
