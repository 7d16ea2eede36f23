using Microsoft.ML.Runtime;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers.Loading;

namespace MLNet.Flows;

/// <summary>A fitted consensus of flows: scores rows by the mean of their log-likelihoods.</summary>
/// <remarks>
/// With l_m = log p_m(x) of M members, in nats: the LogLikelihood column is log (1/M) sum_m exp l_m, the exact log-density of
/// their mixture with equal shares; Score is -(1/M) sum_m l_m, so that it is not -LogLikelihood but at least that. PValue,
/// PredictedLabel and feature contributions are those of Score. Rows are drawn from the mixture.
/// </remarks>
public sealed class ConsensusTransformer : FlowTransformer
{
    internal ConsensusTransformer(IHostEnvironment environment, FlowModel model)
        : base(environment, model, ConsensusLoader.ModelSignature, ConsensusLoader.LoaderSignature)
    {
    }

    /// <summary>The flows that it consists of, in their order; those that were left out in training are not among them.</summary>
    public IReadOnlyList<ConsensusMember> Members => Model.Members;

    private protected override FlowTransformer With(FlowModel model) => new ConsensusTransformer(Environment, model);
}
