namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A Glow, a flow of learned standardizations, invertible linear maps and affine couplings, on a feature column:
    /// trains a density without labels and scores rows by it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfSteps">Steps, 1 to 256; default 2.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// GlowTransformer model = mlContext.Flows.Glow(numberOfSteps: 4, contamination: 0).Fit(data);
    /// </code>
    /// </example>
    public GlowEstimator Glow(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfSteps = 2,
        double? falseAlarmRate = null,
        double? contamination = null) => Glow(new GlowEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfSteps = numberOfSteps,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A Glow, a flow of learned standardizations, invertible linear maps and affine couplings, with all its
    /// options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new GlowEstimator.Options { ContextColumnName = "Hour", Contamination = 0 };
    /// GlowTransformer model = mlContext.Flows.Glow(options).Fit(data);        // judges features by what is usual at that hour
    /// </code>
    /// </example>
    public GlowEstimator Glow(GlowEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new GlowEstimator(Environment, options);
    }
}
