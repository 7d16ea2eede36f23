using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a NICE, a volume-preserving flow of additive couplings on a feature column, whose exact density scores
/// anomalies.</summary>
/// <remarks>z = f(x) through L additive couplings, whose conditioners are multilayer perceptrons: they shift columns and keep
/// volumes, so that all of the density's height is in the base. What all flows share is described at <see
/// cref="FlowEstimator{TTransformer}"/>. Dinh, Krueger and Bengio 2014, arXiv:1410.8516.</remarks>
public sealed partial class NiceEstimator : FlowEstimator<NiceTransformer>
{
    internal NiceEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override NiceTransformer Create(IHostEnvironment environment, FlowModel model) => new(environment, model);
}
