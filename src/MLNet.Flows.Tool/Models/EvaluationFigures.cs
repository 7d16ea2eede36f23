namespace MLNet.Flows.Tool.Models;

/// <summary>The figures of <see cref="FlowMetrics"/> without its table of thresholds.</summary>
internal sealed record EvaluationFigures(
    double AreaUnderRocCurve,
    double AveragePrecision,
    double DetectionRateAtFalsePositiveCount,
    int FalsePositiveCount,
    double Precision,
    double Recall,
    double F1Score,
    double FalseAlarmRate,
    double MeanLogLikelihood,
    long AnomalyCount,
    long NormalCount,
    long UnlabeledCount,
    long UnscoredCount)
{
    public static EvaluationFigures Of(FlowMetrics metrics) => new(
        metrics.AreaUnderRocCurve,
        metrics.AveragePrecision,
        metrics.DetectionRateAtFalsePositiveCount,
        metrics.FalsePositiveCount,
        metrics.Precision,
        metrics.Recall,
        metrics.F1Score,
        metrics.FalseAlarmRate,
        metrics.MeanLogLikelihood,
        metrics.AnomalyCount,
        metrics.NormalCount,
        metrics.UnlabeledCount,
        metrics.UnscoredCount);
}
