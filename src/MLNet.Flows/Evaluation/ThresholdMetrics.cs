namespace MLNet.Flows;

/// <summary>What an alarm at one score threshold would catch.</summary>
public sealed record ThresholdMetrics
{
    /// <summary>Rows with Score at least this raise an alarm; +infinity for rows that could not be scored.</summary>
    public required double Threshold { get; init; }

    /// <summary>Anomalies that raise an alarm.</summary>
    public required long TruePositives { get; init; }

    /// <summary>Normal rows that raise an alarm.</summary>
    public required long FalsePositives { get; init; }

    /// <summary>Share of alarms that are anomalies, in [0, 1].</summary>
    public required double Precision { get; init; }

    /// <summary>Share of anomalies that raise an alarm, in [0, 1].</summary>
    public required double Recall { get; init; }

    /// <summary>Share of normal rows that raise an alarm, in [0, 1].</summary>
    public required double FalsePositiveRate { get; init; }

    /// <summary>Harmonic mean of precision and recall, in [0, 1].</summary>
    public double F1Score => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);
}
