using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a masked autoregressive flow (MAF) on a feature column, whose exact density scores anomalies.</summary>
/// <remarks>z = f(x) through L times a learned standardization (actnorm) and an affine map of every column, with scale and shift
/// by a masked perceptron (MADE) from the columns before it in an order. Scoring takes one pass; sampling as many as there are
/// columns. What all flows share is described at <see cref="FlowEstimator{TTransformer}"/>. Papamakarios, Pavlakou and Murray
/// 2017, arXiv:1705.07057.</remarks>
public sealed partial class MaskedAutoregressiveEstimator : FlowEstimator<MaskedAutoregressiveTransformer>
{
    internal MaskedAutoregressiveEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override MaskedAutoregressiveTransformer Create(IHostEnvironment environment, FlowModel model) =>
        new(environment, model);
}
