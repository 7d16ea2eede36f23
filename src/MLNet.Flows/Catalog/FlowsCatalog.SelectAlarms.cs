using Microsoft.ML;
using MLNet.Flows.Monitoring;

namespace MLNet.Flows;

public sealed partial class FlowsCatalog
{
    /// <summary>Selects alarms among scored rows so that at most a stated share of them, on average, are false.</summary>
    /// <remarks>
    /// A false-alarm rate says how many of the normal rows alarm; among a million normal rows 1 % are 10,000. A false discovery
    /// rate says how many of the alarms are false: where few rows are strange, few are selected, and none where none is. By the
    /// step-up rule of Benjamini and Hochberg 1995, which holds for p-values that share one set of ranked rows: Bates, Candes,
    /// Lei, Romano and Sesia 2023, arXiv:2104.08279. It needs p-values that are uniform for normal rows: those of a flow trained
    /// on clean rows, or recalibrated on some. One pass over the p-values; 8 bytes a row are kept.
    /// </remarks>
    /// <param name="scored">The output of a flow's Transform: the rows among which to select, such as those of a day.</param>
    /// <param name="falseDiscoveryRate">Share of false alarms among the selected, on average, in (0, 1); default 0.1.</param>
    /// <param name="pValueColumnName">The p-value column, Single.</param>
    /// <param name="qValueColumnName">The column to add: the smallest false discovery rate at which the row is
    /// selected.</param>
    /// <param name="predictedLabelColumnName">The alarm column to add; default the flow's, which it hides.</param>
    /// <returns>The selection. Rows without a p-value stay alarms and are counted apart.</returns>
    /// <exception cref="ArgumentException">The column is missing or of another type, or a value is no p-value.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside (0, 1).</exception>
    /// <example>
    /// <code>
    /// AlarmSelection selection = mlContext.Flows.SelectAlarms(model.Transform(today), falseDiscoveryRate: 0.1);
    /// Console.WriteLine($"{selection.AlarmCount} of {selection.RowCount} rows alarm, of them about a tenth for nothing");
    /// </code>
    /// </example>
    public AlarmSelection SelectAlarms(
        IDataView scored,
        double falseDiscoveryRate = 0.1,
        string pValueColumnName = "PValue",
        string qValueColumnName = "QValue",
        string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(scored);
        ArgumentException.ThrowIfNullOrEmpty(pValueColumnName);
        ArgumentException.ThrowIfNullOrEmpty(qValueColumnName);
        ArgumentException.ThrowIfNullOrEmpty(predictedLabelColumnName);
        if (!(falseDiscoveryRate is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(falseDiscoveryRate),
                falseDiscoveryRate,
                $"The false discovery rate is {falseDiscoveryRate}, but it is between 0 and 1. Set 0.1 for one false alarm in "
                + "ten.");
        }

        string[] names = [pValueColumnName, qValueColumnName, predictedLabelColumnName];
        return names.Distinct().Count() == names.Length
            ? AlarmSelector.Select(
                _mlContext, scored, falseDiscoveryRate, pValueColumnName, qValueColumnName, predictedLabelColumnName)
            : throw new ArgumentException($"The column names {string.Join(", ", names)} are not all different.");
    }
}
