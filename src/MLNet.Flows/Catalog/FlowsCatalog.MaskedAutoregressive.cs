namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A masked autoregressive flow (MAF), on a feature column: trains a density without labels and scores rows by
    /// it.</summary>
    /// <remarks>Scoring is one pass through the conditioners; a sample takes as many passes as there are columns, one after the
    /// other, as each column's map needs the columns before it.</remarks>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfTransforms">Autoregressive maps, 1 to 256; default 2.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// MaskedAutoregressiveTransformer model = mlContext.Flows.MaskedAutoregressive(contamination: 0).Fit(data);
    /// </code>
    /// </example>
    public MaskedAutoregressiveEstimator MaskedAutoregressive(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfTransforms = 2,
        double? falseAlarmRate = null,
        double? contamination = null) => MaskedAutoregressive(new MaskedAutoregressiveEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfTransforms = numberOfTransforms,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A masked autoregressive flow (MAF), with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new MaskedAutoregressiveEstimator.Options
    /// {
    ///     NumberOfTransforms = 4,
    ///     Order = ColumnOrder.Random,                             // another order of the columns in each map
    ///     Contamination = 0,
    /// };
    /// MaskedAutoregressiveTransformer model = mlContext.Flows.MaskedAutoregressive(options).Fit(data);
    /// </code>
    /// </example>
    public MaskedAutoregressiveEstimator MaskedAutoregressive(MaskedAutoregressiveEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new MaskedAutoregressiveEstimator(Environment, options);
    }
}
