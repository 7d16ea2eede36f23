namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A continuous flow, on a feature column: trains a density without labels, by flow matching, and scores rows by
    /// it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfSteps">Steps of the solver, 1 to 1,000; default 20.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// ContinuousFlowTransformer model = mlContext.Flows.ContinuousFlow(contamination: 0).Fit(data);
    /// </code>
    /// </example>
    public ContinuousFlowEstimator ContinuousFlow(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfSteps = 20,
        double? falseAlarmRate = null,
        double? contamination = null) => ContinuousFlow(new ContinuousFlowEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfSteps = numberOfSteps,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A continuous flow, with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// var options = new ContinuousFlowEstimator.Options { HiddenUnits = [32, 32], NumberOfSteps = 40, Contamination = 0 };
    /// ContinuousFlowTransformer model = mlContext.Flows.ContinuousFlow(options).Fit(data);
    /// </code>
    /// </example>
    public ContinuousFlowEstimator ContinuousFlow(ContinuousFlowEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ContinuousFlowEstimator(Environment, options);
    }
}
