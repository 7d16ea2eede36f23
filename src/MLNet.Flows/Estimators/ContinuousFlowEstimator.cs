using Microsoft.ML.Runtime;
using MLNet.Flows.Model;

namespace MLNet.Flows;

/// <summary>Trains a continuous flow by flow matching on a feature column: a velocity field that moves a base distribution to the
/// data.</summary>
/// <remarks>
/// dx/dt = v(x, t) from the base at t = 0 to the data at t = 1, v a perceptron of one or two hidden layers. Training regresses v
/// on straight lines from points of the base to rows: nothing is simulated, a step costs a few passes of a small network.
/// Scoring solves the equation backwards by the classical Runge-Kutta method in equal steps, with the exact divergence: scores
/// are deterministic, and every row costs the same 4 x <see cref="Options.NumberOfSteps"/> passes. The density is exact up to the
/// solver's error, which falls with the fourth power of the steps (docs/flows/continuous.md). The base is fitted first, and then
/// stays. History's likelihoods are those of training rows without noise. What all flows share is described at
/// <see cref="FlowEstimator{TTransformer}"/>. Lipman et al. 2023, arXiv:2210.02747; Tong et al. 2023, arXiv:2302.00482; Grathwohl
/// et al. 2019, arXiv:1810.01367.
/// </remarks>
public sealed partial class ContinuousFlowEstimator : FlowEstimator<ContinuousFlowTransformer>
{
    internal ContinuousFlowEstimator(IHostEnvironment environment, Options options)
        : base(environment, options)
    {
    }

    private protected override ContinuousFlowTransformer Create(IHostEnvironment environment, FlowModel model) =>
        new(environment, model);
}
