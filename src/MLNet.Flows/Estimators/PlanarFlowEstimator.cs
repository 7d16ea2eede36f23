using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a planar normalizing flow on a feature column: K layers, each of which bends space along one
/// direction.</summary>
/// <remarks>What all flows share is described at <see cref="FlowEstimator{TTransformer}"/>. Rezende and Mohamed 2015,
/// arXiv:1505.05770.</remarks>
public sealed partial class PlanarFlowEstimator : FlowEstimator<PlanarFlowTransformer>
{
    internal PlanarFlowEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override PlanarFlowTransformer Create(IHostEnvironment environment, FlowModel model) =>
        new(environment, model);
}
