using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a Glow, a flow of learned standardizations, invertible linear maps and affine couplings on a feature column,
/// whose exact density scores anomalies.</summary>
/// <remarks>z = f(x) through L steps, each of a learned standardization (actnorm), an invertible linear map by its LU factors,
/// and an affine coupling, whose conditioner is a multilayer perceptron. What all flows share is described at
/// <see cref="FlowEstimator{TTransformer}"/>. Kingma and Dhariwal 2018, arXiv:1807.03039.</remarks>
public sealed partial class GlowEstimator : FlowEstimator<GlowTransformer>
{
    internal GlowEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override GlowTransformer Create(IHostEnvironment environment, FlowModel model) => new(environment, model);
}
