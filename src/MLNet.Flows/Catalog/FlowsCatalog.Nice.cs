namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A NICE, a volume-preserving flow of additive couplings, on a feature column: trains a density without labels and
    /// scores rows by it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfCouplings">Additive couplings, 1 to 256; default 4.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// NiceTransformer model = mlContext.Flows.Nice(contamination: 0).Fit(data);
    /// </code>
    /// </example>
    public NiceEstimator Nice(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfCouplings = 4,
        double? falseAlarmRate = null,
        double? contamination = null) => Nice(new NiceEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfCouplings = numberOfCouplings,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A NICE, a volume-preserving flow of additive couplings, with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new NiceEstimator.Options { CategoricalColumnNames = ["Machine"], Contamination = 0 };
    /// NiceTransformer model = mlContext.Flows.Nice(options).Fit(data);        // judges features and machine together
    /// </code>
    /// </example>
    public NiceEstimator Nice(NiceEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NiceEstimator(Environment, options);
    }
}
