namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A radial normalizing flow on a feature column: trains a density without labels and scores rows by it.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect. Null for the defaults.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    public RadialFlowEstimator RadialFlow(RadialFlowEstimator.Options? options = null) =>
        new(Environment, options ?? new RadialFlowEstimator.Options());
}
