using System.Globalization;
using Microsoft.ML;

namespace MLNet.Flows;

/// <summary>One fold of a cross-validation: a model, and how it does on the rows that it has not seen.</summary>
public sealed record CrossValidationFold
{
    /// <summary>Its number, from 0.</summary>
    public required int Fold { get; init; }

    /// <summary>Trained on the other folds.</summary>
    public required ITransformer Model { get; init; }

    /// <summary>Normal rows held out that could be scored; all rows where there are no labels.</summary>
    public required long RowCount { get; init; }

    /// <summary>Anomalies held out; 0 without labels.</summary>
    public required long AnomalyCount { get; init; }

    /// <summary>Rows held out that could not be scored: a feature is missing or infinite.</summary>
    public required long UnscoredCount { get; init; }

    /// <summary>Mean log-likelihood of the normal rows held out, in nats: higher fits better.</summary>
    public required double MeanLogLikelihood { get; init; }

    /// <summary>Share of the normal rows held out that alarm, in [0, 1]: near <see cref="FalseAlarmRate"/> where p-values are
    /// calibrated.</summary>
    public required double AlarmRate { get; init; }

    /// <summary>The false-alarm rate that the model was asked for, in [0, 1].</summary>
    public required double FalseAlarmRate { get; init; }

    /// <summary>Area under the ROC curve on the rows held out, in [0, 1]; NaN without labels or anomalies.</summary>
    public required double AreaUnderRocCurve { get; init; }

    /// <summary>Average precision on the rows held out, in [0, 1]; NaN without labels or anomalies.</summary>
    public required double AveragePrecision { get; init; }

    /// <summary>Of every row held out, in their order; NaN of anomalies and of rows that could not be scored.</summary>
    internal float[] LogLikelihoods { get; init; } = [];

    /// <summary>The figures in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"fold {Fold}: {MeanLogLikelihood:F3} nats, {AlarmRate:P2} alarms on {RowCount} rows")
        + (double.IsNaN(AreaUnderRocCurve) ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $", AUROC {AreaUnderRocCurve:F4}, average precision {AveragePrecision:F4} with {AnomalyCount} anomalies"));
}
