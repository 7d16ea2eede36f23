using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Evaluation;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;

namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    private static readonly FlowColumnNames Default = new();

    /// <summary>Compares scored rows with labels: AUROC, average precision, detection rate, precision and recall, mean
    /// log-likelihood.</summary>
    /// <remarks>Unlike <c>mlContext.AnomalyDetection.Evaluate</c> it takes Boolean and key labels too and reports average
    /// precision and a table of thresholds. One pass over the data; 9 bytes per row are kept while it runs.</remarks>
    /// <param name="data">The output of a flow's Transform, with a label column.</param>
    /// <param name="labelColumnName">The label: Boolean (true = anomaly), Single (above 0 = anomaly, NaN = no label) or a key
    /// (0 = no label; with two values the second means anomaly, with a warning where that looks reversed, otherwise say which by
    /// <paramref name="anomalyKeyValue"/>).</param>
    /// <param name="scoreColumnName">The score column, Single; higher is stranger.</param>
    /// <param name="predictedLabelColumnName">The alarm column, Boolean.</param>
    /// <param name="anomalyKeyValue">For a key label: the value that means anomaly, as its text, or as its number (from 0, as in
    /// the class that the rows came from) where the key carries no texts.</param>
    /// <param name="falsePositiveCount">False positives allowed in <see cref="FlowMetrics.DetectionRateAtFalsePositiveCount"/>,
    /// at least 0; default 10.</param>
    /// <param name="logLikelihoodColumnName">The column of log p(x), Single. Null (the default) for "LogLikelihood" where the
    /// score column is "Score" and there is such a column, else for minus the score, which it is of a single flow and not of a
    /// consensus.</param>
    /// <returns>The metrics.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type, or there is no normal row.</exception>
    /// <example>
    /// <code>
    /// FlowMetrics metrics = mlContext.Flows.Evaluate(model.Transform(labelled), labelColumnName: "Label");
    /// Console.WriteLine($"AUROC {metrics.AreaUnderRocCurve:F3}, false alarms {metrics.FalseAlarmRate:P1}");
    /// </code>
    /// </example>
    public FlowMetrics Evaluate(
        IDataView data,
        string labelColumnName = "Label",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel",
        string? anomalyKeyValue = null,
        int falsePositiveCount = 10,
        string? logLikelihoodColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(labelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(scoreColumnName);
        ArgumentException.ThrowIfNullOrEmpty(predictedLabelColumnName);
        ArgumentOutOfRangeException.ThrowIfNegative(falsePositiveCount);
        return AnomalyEvaluator.Evaluate(
            data,
            labelColumnName,
            scoreColumnName,
            predictedLabelColumnName,
            logLikelihoodColumnName ?? DefaultLogLikelihood(data.Schema, scoreColumnName),
            anomalyKeyValue,
            falsePositiveCount,
            new FlowHost(Environment, "FlowEvaluate"));
    }

    private static string? DefaultLogLikelihood(DataViewSchema schema, string scoreColumnName) =>
        scoreColumnName == Default.Score && schema.GetColumnOrNull(Default.LogLikelihood)?.Type == NumberDataViewType.Single
            ? Default.LogLikelihood
            : null;
}
