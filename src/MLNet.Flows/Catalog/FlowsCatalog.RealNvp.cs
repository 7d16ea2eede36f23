namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A RealNVP on a feature column: a deep flow of affine couplings; trains a density without labels and scores rows
    /// by it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfCouplings">Affine couplings, 1 to 256; default 2.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var pipeline = mlContext.Transforms.Concatenate("Features", "Temperature", "Pressure")
    ///     .Append(mlContext.Flows.RealNvp(contamination: 0));
    /// ITransformer model = pipeline.Fit(data);
    /// </code>
    /// </example>
    public RealNvpEstimator RealNvp(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfCouplings = 2,
        double? falseAlarmRate = null,
        double? contamination = null) => RealNvp(new RealNvpEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfCouplings = numberOfCouplings,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A RealNVP with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new RealNvpEstimator.Options { NumberOfCouplings = 4, HiddenUnits = [128, 128], Contamination = 0 };
    /// RealNvpTransformer model = mlContext.Flows.RealNvp(options).Fit(data);
    /// </code>
    /// </example>
    public RealNvpEstimator RealNvp(RealNvpEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RealNvpEstimator(Environment, options);
    }
}
