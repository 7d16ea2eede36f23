namespace MLNet.Flows;

/// <summary>What an alarm at one score threshold would catch.</summary>
/// <param name="Threshold">Rows with Score at least this raise an alarm; +infinity for rows that could not be scored.</param>
/// <param name="TruePositives">Anomalies that raise an alarm.</param>
/// <param name="FalsePositives">Normal rows that raise an alarm.</param>
/// <param name="Precision">Share of alarms that are anomalies, in [0, 1].</param>
/// <param name="Recall">Share of anomalies that raise an alarm, in [0, 1].</param>
/// <param name="FalsePositiveRate">Share of normal rows that raise an alarm, in [0, 1].</param>
public sealed record ThresholdMetrics(
    double Threshold,
    long TruePositives,
    long FalsePositives,
    double Precision,
    double Recall,
    double FalsePositiveRate)
{
    /// <summary>Harmonic mean of precision and recall, in [0, 1].</summary>
    public double F1Score => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);
}
