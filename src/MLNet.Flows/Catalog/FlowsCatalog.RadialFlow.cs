namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A radial normalizing flow on a feature column: trains a density without labels and scores rows by it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfLayers">Radial layers, 0 to 256; default 16.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for
    /// unknown, 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// RadialFlowTransformer model = mlContext.Flows.RadialFlow(contamination: 0).Fit(data);
    /// </code>
    /// </example>
    public RadialFlowEstimator RadialFlow(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfLayers = 16,
        double? falseAlarmRate = null,
        double? contamination = null) => RadialFlow(new RadialFlowEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfLayers = numberOfLayers,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A radial normalizing flow with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new RadialFlowEstimator.Options { NumberOfLayers = 32, Contamination = 0 };
    /// RadialFlowTransformer model = mlContext.Flows.RadialFlow(options).Fit(data);
    /// </code>
    /// </example>
    public RadialFlowEstimator RadialFlow(RadialFlowEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RadialFlowEstimator(Environment, options);
    }
}
