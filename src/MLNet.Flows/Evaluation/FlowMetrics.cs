using System.Globalization;

namespace MLNet.Flows;

/// <summary>How well scores separate anomalies from normal rows.</summary>
/// <remarks>Rows that could not be scored (NaN) count as the strangest, because PredictedLabel raises an alarm for them too. Of
/// normal rows alone, what compares them with anomalies is NaN (areas, detection rate, precision, recall), and the false-alarm
/// rate and the mean log-likelihood are as always.</remarks>
public sealed record FlowMetrics
{
    /// <summary>Area under the ROC curve, in [0, 1]: the chance that an anomaly scores above a normal row, ties counted
    /// half.</summary>
    public required double AreaUnderRocCurve { get; init; }

    /// <summary>Average precision (AUPRC), in [0, 1]: precision averaged over the recall gained at each threshold, without
    /// interpolation.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>Largest share of anomalies caught by a threshold that lets at most <see cref="FalsePositiveCount"/> normal rows
    /// through, in [0, 1].</summary>
    public required double DetectionRateAtFalsePositiveCount { get; init; }

    /// <summary>The number of false positives allowed in <see cref="DetectionRateAtFalsePositiveCount"/>.</summary>
    public required int FalsePositiveCount { get; init; }

    /// <summary>Share of rows with PredictedLabel true that are anomalies, in [0, 1]; 0 when there is no alarm.</summary>
    public required double Precision { get; init; }

    /// <summary>Share of anomalies with PredictedLabel true, in [0, 1].</summary>
    public required double Recall { get; init; }

    /// <summary>Share of normal rows with PredictedLabel true, in [0, 1]: compare it with the transformer's
    /// FalseAlarmRate.</summary>
    public required double FalseAlarmRate { get; init; }

    /// <summary>Harmonic mean of <see cref="Precision"/> and <see cref="Recall"/>, in [0, 1].</summary>
    public double F1Score => Precision + Recall == 0 ? 0 : 2 * Precision * Recall / (Precision + Recall);

    /// <summary>Mean log-likelihood of the normal rows that could be scored, in nats: higher fits better.</summary>
    public required double MeanLogLikelihood { get; init; }

    /// <summary>Anomalies evaluated.</summary>
    public required long AnomalyCount { get; init; }

    /// <summary>Normal rows evaluated.</summary>
    public required long NormalCount { get; init; }

    /// <summary>Rows left out because their label is missing.</summary>
    public required long UnlabeledCount { get; init; }

    /// <summary>Rows whose score is NaN (a missing or infinite feature).</summary>
    public required long UnscoredCount { get; init; }

    /// <summary>One row per distinct score, strangest first: where to put a threshold.</summary>
    public required IReadOnlyList<ThresholdMetrics> Thresholds { get; init; }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"AUROC {AreaUnderRocCurve:F4}, average precision {AveragePrecision:F4}, recall {Recall:F4} at false-alarm rate "
        + $"{FalseAlarmRate:F4}, mean log-likelihood {MeanLogLikelihood:F3} nats ({AnomalyCount} anomalies, {NormalCount} "
        + $"normal rows)");
}
