namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>A neural spline flow (NSF), on a feature column: trains a density without labels and scores rows by
    /// it.</summary>
    /// <param name="featureColumnName">The feature column, a vector of Single of known size.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="numberOfTransforms">Splines in a row, 1 to 256; default 2.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1]; null (the default) for
    /// <paramref name="contamination"/> where that is above 0, else 0.01.</param>
    /// <param name="contamination">Expected share of anomalies in the training data, in [0, 0.5]: null (the default) for unknown,
    /// 0 for clean.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">An argument is out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// NeuralSplineTransformer model = mlContext.Flows.NeuralSpline(contamination: 0).Fit(data);
    /// </code>
    /// </example>
    public NeuralSplineEstimator NeuralSpline(
        string featureColumnName = "Features",
        string? exampleWeightColumnName = null,
        int numberOfTransforms = 2,
        double? falseAlarmRate = null,
        double? contamination = null) => NeuralSpline(new NeuralSplineEstimator.Options
        {
            FeatureColumnName = featureColumnName,
            ExampleWeightColumnName = exampleWeightColumnName,
            NumberOfTransforms = numberOfTransforms,
            FalseAlarmRate = falseAlarmRate,
            Contamination = contamination,
        });

    /// <summary>A neural spline flow (NSF), with all its options.</summary>
    /// <param name="options">The options; copied, so that later changes have no effect.</param>
    /// <returns>The estimator.</returns>
    /// <exception cref="ArgumentException">Options are out of range; all faults are listed.</exception>
    /// <example>
    /// <code>
    /// NeuralSplineEstimator.Options options = NeuralSplineEstimator.Options.ForDensityEstimation();
    /// options.Seed = 1;
    /// NeuralSplineTransformer model = mlContext.Flows.NeuralSpline(options).Fit(data);
    /// IDataView drawn = mlContext.Flows.Sample(model, rows: 100, seed: 1);
    /// </code>
    /// </example>
    public NeuralSplineEstimator NeuralSpline(NeuralSplineEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NeuralSplineEstimator(Environment, options);
    }
}
