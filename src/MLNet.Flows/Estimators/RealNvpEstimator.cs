using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a RealNVP on a feature column: a deep normalizing flow of affine couplings, whose exact density scores
/// anomalies.</summary>
/// <remarks>z = f(x) through L times a learned standardization (actnorm) and an affine coupling, whose conditioner is a
/// multilayer perceptron. What all flows share is described at <see cref="FlowEstimator{TTransformer}"/>. Dinh, Sohl-Dickstein
/// and Bengio 2017, arXiv:1605.08803.</remarks>
public sealed partial class RealNvpEstimator : FlowEstimator<RealNvpTransformer>
{
    internal RealNvpEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override RealNvpTransformer Create(IHostEnvironment environment, FlowModel model) =>
        new(environment, model);
}
