namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A planar normalizing flow on a feature column: trains a density without labels and scores rows by it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfLayers">Planar layers, 0 to 4,096; null (the default) for 16, or 8 with
    /// <paramref name="contamination"/> above 0.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// PlanarFlowTransformer model = mlContext.Flows.PlanarFlow().Fit(data);
    /// IDataView scored = model.Transform(data);                   // LogLikelihood, Score, PValue, PredictedLabel
    /// </code>
    /// </example>
    public PlanarFlowEstimator PlanarFlow(
        string featureColumnName = "Features", string? exampleWeightColumnName = null, int? numberOfLayers = null,
        double? falseAlarmRate = null, double? contamination = null) =>
        PlanarFlow(new PlanarFlowEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfLayers = numberOfLayers,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A planar normalizing flow with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new PlanarFlowEstimator.Options
    /// {
    ///     Contamination = 0.05,                                   // one training row in twenty is an anomaly
    ///     FeatureContributionsColumnName = "Why",                 // one more column: what each feature adds to Score
    /// };
    /// IDataView scored = mlContext.Flows.PlanarFlow(options).Fit(data).Transform(data);
    /// </code>
    /// </example>
    public PlanarFlowEstimator PlanarFlow(PlanarFlowEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new PlanarFlowEstimator(Environment, options);
    }
}
