using System.Collections;
using System.Globalization;
using System.Text;

namespace MLNet.Flows;

/// <summary>Several estimators on the same folds: printed, it is a table.</summary>
public sealed class CrossValidationComparison : IReadOnlyList<CrossValidationResult>
{
    private readonly CrossValidationResult[] _results;

    internal CrossValidationComparison(CrossValidationResult[] results) => _results = results;

    /// <summary>Estimators.</summary>
    public int Count => _results.Length;

    /// <summary>An estimator's result, in the order in which they were passed.</summary>
    /// <param name="index">From 0.</param>
    public CrossValidationResult this[int index] => _results[index];

    /// <summary>The estimator with the highest log-likelihood on the rows held out.</summary>
    public CrossValidationResult Best => _results.MaxBy(result => result.MeanLogLikelihood)!;

    /// <inheritdoc/>
    public IEnumerator<CrossValidationResult> GetEnumerator() => _results.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One line for each estimator: nats a row held out, those less the first's on the same rows with the standard
    /// error, alarms, and areas where there are labels.</summary>
    public override string ToString()
    {
        bool labels = Array.Exists(_results, result => !double.IsNaN(result.AreaUnderRocCurve));
        int width = Math.Max("estimator".Length, _results.Max(result => result.Name.Length));
        var text = new StringBuilder();
        text.Append("estimator".PadRight(width)).Append("        nats  less the first      alarms");
        text.AppendLine(labels ? "   AUROC   AUPRC" : "");
        foreach (CrossValidationResult result in _results)
        {
            (double difference, double error) = result.Less(_results[0]);
            string less = result == _results[0]
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"{difference:+0.000;-0.000} +- {error:F3}");
            text.Append(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Name.PadRight(width)}  {result.MeanLogLikelihood,10:F3}  {less,17}  {100 * result.AlarmRate,7:F2} %"));
            if (labels)
                text.Append(string.Create(
                    CultureInfo.InvariantCulture, $"  {result.AreaUnderRocCurve,6:F4}  {result.AveragePrecision,6:F4}"));
            text.AppendLine();
        }

        return text.ToString();
    }
}
