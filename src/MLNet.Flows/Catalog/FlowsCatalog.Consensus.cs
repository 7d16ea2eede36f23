namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A consensus of flows of different kinds: they are trained on the same rows, and rows are ranked by the mean of
    /// their log-likelihoods.</summary>
    /// <param name="members">1 to 100 flows that read the same columns.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">There is no member, or members do not fit together; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// ConsensusTransformer model = mlContext.Flows.Consensus(
    ///     mlContext.Flows.PlanarFlow(contamination: 0),
    ///     mlContext.Flows.Nice(contamination: 0)).Fit(data);
    /// </code>
    /// </example>
    public ConsensusEstimator Consensus(params FlowEstimator[] members) =>
        Consensus(new ConsensusEstimator.Options(), members);

    /// <summary>A consensus of flows of different kinds, with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <param name="members">1 to 100 flows that read the same columns.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">There is no member, members do not fit together, or options are out of range; all
    /// faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new ConsensusEstimator.Options { FalseAlarmRate = 0.005 };
    /// ConsensusTransformer model = mlContext.Flows.Consensus(
    ///     options,
    ///     mlContext.Flows.PlanarFlow(contamination: 0),
    ///     mlContext.Flows.ContinuousFlow(contamination: 0)).Fit(data);
    /// </code>
    /// </example>
    public ConsensusEstimator Consensus(ConsensusEstimator.Options options, params FlowEstimator[] members)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(members);
        return new ConsensusEstimator(Environment, options, members, "Consensus");
    }
}
