namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>The detector to begin with: a consensus of flows that ranks anomalies best, trained without labels.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// ConsensusTransformer detector = mlContext.Flows.AnomalyDetector().Fit(data);
    /// IDataView scored = detector.Transform(data);                // LogLikelihood, Score, PValue, PredictedLabel
    /// </code>
    /// </example>
    public AnomalyDetectorEstimator AnomalyDetector(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        double? falseAlarmRate = null,
        double? contamination = null) => AnomalyDetector(new AnomalyDetectorEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>The detector to begin with, with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new AnomalyDetectorEstimator.Options
    /// {
    ///     CategoricalColumnNames = ["Machine"],
    ///     Contamination = 0,                                      // every training row is normal
    ///     FalseAlarmRate = 0.001,
    /// };
    /// ConsensusTransformer detector = mlContext.Flows.AnomalyDetector(options).Fit(data);
    /// </code>
    /// </example>
    public AnomalyDetectorEstimator AnomalyDetector(AnomalyDetectorEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new AnomalyDetectorEstimator(Environment, options);
    }
}
