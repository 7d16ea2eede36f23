using Microsoft.ML;
using MLNet.Flows.Evaluation;
using MLNet.Flows.Evaluation.CrossValidation;
using MLNet.Flows.Interop;

namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>Trains an estimator on all folds of the data but one, in turn, and scores the one: how well a flow fits rows that
    /// it has not seen, and how many of them alarm.</summary>
    /// <remarks>The estimator may be a chain, whose other parts are fitted to the same rows as the flow; seeds that are drawn
    /// from the context when a part is fitted make them depend on the order of fits. Rows get their folds by ML.NET's
    /// <c>CrossValidationSplit</c>. Kept of each row held out: 4 bytes, and 9 while its fold is scored.</remarks>
    /// <param name="data">The rows, as often read as there are folds, and more where the estimator does.</param>
    /// <param name="estimator">A flow, a consensus, or a chain with one.</param>
    /// <param name="numberOfFolds">At least 2; default 5.</param>
    /// <param name="labelColumnName">A label, as <see cref="Evaluate"/> takes it: areas are then reported, likelihood and alarms
    /// are those of normal rows, and anomalies are left out of training. Null (the default) for none.</param>
    /// <param name="trainsOnAnomalies">Whether anomalies stay among the training rows, as they would be where nobody had labelled
    /// them.</param>
    /// <param name="anomalyKeyValue">For a key label: the value that means anomaly.</param>
    /// <param name="samplingKeyColumnName">Rows with the same value in this column stay in one fold (readings of one machine,
    /// say); null (the default) for none.</param>
    /// <param name="seed">Decides the folds; null takes it from the context.</param>
    /// <param name="numberOfThreads">Folds that train side by side, at most, 1 or more; null (the default) for all cores. The
    /// results do not depend on it.</param>
    /// <returns>The folds, with their models.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, or the estimator makes no flow.</exception>
    /// <exception cref="InvalidOperationException">A fold has no usable row, or training diverged.</exception>
    /// <example>
    /// <code>
    /// CrossValidationResult result = mlContext.Flows.CrossValidate(data, mlContext.Flows.PlanarFlow(contamination: 0));
    /// Console.WriteLine($"{result.MeanLogLikelihood:F3} nats, {result.AlarmRate:P2} alarms on rows not seen");
    /// </code>
    /// </example>
    public CrossValidationResult CrossValidate(
        IDataView data,
        IEstimator<ITransformer> estimator,
        int numberOfFolds = 5,
        string? labelColumnName = null,
        bool trainsOnAnomalies = false,
        string? anomalyKeyValue = null,
        string? samplingKeyColumnName = null,
        int? seed = null,
        int? numberOfThreads = null)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return CrossValidate(
            data,
            [("", estimator)],
            numberOfFolds,
            labelColumnName,
            trainsOnAnomalies,
            anomalyKeyValue,
            samplingKeyColumnName,
            seed,
            numberOfThreads)[0];
    }

    /// <summary>Cross-validates several estimators on the same folds, so that their likelihoods are compared row by
    /// row.</summary>
    /// <remarks>See the overload for one.</remarks>
    /// <param name="data">The rows.</param>
    /// <param name="estimators">With their names, in the order of the result; a Dictionary will do.</param>
    /// <param name="numberOfFolds">At least 2; default 5.</param>
    /// <param name="labelColumnName">A label, as <see cref="Evaluate"/> takes it; null (the default) for none.</param>
    /// <param name="trainsOnAnomalies">Whether anomalies stay among the training rows.</param>
    /// <param name="anomalyKeyValue">For a key label: the value that means anomaly.</param>
    /// <param name="samplingKeyColumnName">Rows with the same value in this column stay in one fold; null for none.</param>
    /// <param name="seed">Decides the folds; null takes it from the context.</param>
    /// <param name="numberOfThreads">Folds that train side by side, at most; null (the default) for all cores.</param>
    /// <returns>The results; printed, a table of them and of their paired differences from the first.</returns>
    /// <exception cref="ArgumentException">There is no estimator, or two of one name; a column is missing or of another type, or
    /// an estimator makes no flow.</exception>
    /// <exception cref="InvalidOperationException">A fold has no usable row, or training diverged.</exception>
    /// <example>
    /// <code>
    /// var estimators = new Dictionary&lt;string, IEstimator&lt;ITransformer>>
    /// {
    ///     ["planar"] = mlContext.Flows.PlanarFlow(contamination: 0),
    ///     ["Nice"] = mlContext.Flows.Nice(contamination: 0),
    /// };
    /// Console.WriteLine(mlContext.Flows.CrossValidate(data, estimators, numberOfFolds: 3));
    /// </code>
    /// </example>
    public CrossValidationComparison CrossValidate(
        IDataView data,
        IEnumerable<KeyValuePair<string, IEstimator<ITransformer>>> estimators,
        int numberOfFolds = 5,
        string? labelColumnName = null,
        bool trainsOnAnomalies = false,
        string? anomalyKeyValue = null,
        string? samplingKeyColumnName = null,
        int? seed = null,
        int? numberOfThreads = null)
    {
        ArgumentNullException.ThrowIfNull(estimators);
        (string Name, IEstimator<ITransformer> Estimator)[] named = [.. estimators.Select(each => (each.Key, each.Value))];
        if (named.Length == 0)
            throw new ArgumentException("There is no estimator to compare. Pass at least one with its name.", nameof(estimators));
        if (Array.Exists(named, each => string.IsNullOrEmpty(each.Name) || each.Estimator is null))
            throw new ArgumentException("An estimator is null or has no name. Give each its own.", nameof(estimators));
        if (named.GroupBy(each => each.Name).FirstOrDefault(group => group.Count() > 1)?.Key is string twice)
            throw new ArgumentException($"Two estimators are called '{twice}'. Give each its own name.", nameof(estimators));
        return CrossValidate(
            data,
            named,
            numberOfFolds,
            labelColumnName,
            trainsOnAnomalies,
            anomalyKeyValue,
            samplingKeyColumnName,
            seed,
            numberOfThreads);
    }

    private CrossValidationComparison CrossValidate(
        IDataView data,
        (string Name, IEstimator<ITransformer> Estimator)[] estimators,
        int numberOfFolds,
        string? labelColumnName,
        bool trainsOnAnomalies,
        string? anomalyKeyValue,
        string? samplingKeyColumnName,
        int? seed,
        int? numberOfThreads)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfFolds, 2);
        if (numberOfThreads is int threads)
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(numberOfThreads));
        foreach (string name in new[] { labelColumnName, samplingKeyColumnName }.OfType<string>())
        {
            if (data.Schema.GetColumnOrNull(name) is null)
            {
                throw new ArgumentException(
                    $"There is no column '{name}' among "
                    + $"{string.Join(", ", data.Schema.Where(c => !c.IsHidden).Select(c => $"'{c.Name}'"))}. Name one of them.");
            }
        }

        if (labelColumnName is null && anomalyKeyValue is not null)
        {
            throw new ArgumentException(
                $"The anomaly key value '{anomalyKeyValue}' is given, but no label column. Name it by labelColumnName.",
                nameof(anomalyKeyValue));
        }

        if (labelColumnName is not null)
        {
            // A label of another type is said before training, not after.
            DataViewSchema.Column label = data.Schema[labelColumnName];
            using DataViewRowCursor cursor = data.GetRowCursor([label]);
            LabelReader.Create(cursor, label, anomalyKeyValue);
        }

        var folds = new MLContext(seed ?? new FlowHost(Environment, "CrossValidate").NextSeed()).Data
            .CrossValidationSplit(data, numberOfFolds, samplingKeyColumnName);
        return new CrossValidationComparison(
            new CrossValidator(folds, labelColumnName, anomalyKeyValue, trainsOnAnomalies)
                .Run(estimators, numberOfThreads ?? System.Environment.ProcessorCount));
    }
}
