using System.Globalization;

namespace MLNet.Flows;

/// <summary>How one estimator does on rows that its models have not seen, over all folds.</summary>
public sealed class CrossValidationResult
{
    internal CrossValidationResult(string name, CrossValidationFold[] folds) => (Name, Folds) = (name, folds);

    /// <summary>What the estimator is called; "" where it has no name.</summary>
    public string Name { get; }

    /// <summary>The folds, in order.</summary>
    public IReadOnlyList<CrossValidationFold> Folds { get; }

    /// <summary>Normal rows held out that could be scored, over all folds.</summary>
    public long RowCount => Folds.Sum(fold => fold.RowCount);

    /// <summary>Mean log-likelihood of the normal rows, each under the model that has not seen it, in nats.</summary>
    public double MeanLogLikelihood => Folds.Sum(fold => fold.RowCount * fold.MeanLogLikelihood) / RowCount;

    /// <summary>Standard error of <see cref="MeanLogLikelihood"/> by the spread between rows, in nats.</summary>
    public double StandardError => Moments(LogLikelihoods).StandardError;

    /// <summary>Share of the normal rows that alarm, each under the model that has not seen it, in [0, 1].</summary>
    public double AlarmRate => Folds.Sum(fold => fold.RowCount * fold.AlarmRate) / RowCount;

    /// <summary>The mean over the folds that have anomalies, in [0, 1]; NaN without labels.</summary>
    public double AreaUnderRocCurve => MeanOverFolds(fold => fold.AreaUnderRocCurve);

    /// <summary>The mean over the folds that have anomalies, in [0, 1]; NaN without labels.</summary>
    public double AveragePrecision => MeanOverFolds(fold => fold.AveragePrecision);

    private IEnumerable<float> LogLikelihoods => Folds.SelectMany(fold => fold.LogLikelihoods);

    /// <summary>How much higher this one's log-likelihood is than another's, row by row over the same rows held out: their
    /// spread from row to row, often far wider than the difference, drops out.</summary>
    /// <param name="other">Of the same data and folds.</param>
    /// <returns>The mean difference and its standard error, in nats: above 0 this one fits better. The standard error is of the
    /// rows; that folds share training rows is not in it.</returns>
    /// <exception cref="ArgumentException">The other's rows are not the same.</exception>
    public (double Difference, double StandardError) Less(CrossValidationResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Folds.Select(fold => fold.LogLikelihoods.Length).SequenceEqual(
            other.Folds.Select(fold => fold.LogLikelihoods.Length)))
        {
            throw new ArgumentException(
                $"'{Name}' and '{other.Name}' are not of the same folds, so their rows are not pairs. Pass both estimators "
                + "to one call of CrossValidate, or the same data, number of folds and seed.",
                nameof(other));
        }

        return Moments(LogLikelihoods.Zip(other.LogLikelihoods, (mine, theirs) => mine - theirs));
    }

    /// <summary>The figures in one line.</summary>
    public override string ToString() => (Name.Length > 0 ? Name + ": " : "") + string.Create(
        CultureInfo.InvariantCulture,
        $"{MeanLogLikelihood:F3} +- {StandardError:F3} nats, {AlarmRate:P2} alarms on {RowCount} rows, {Folds.Count} folds")
        + (double.IsNaN(AreaUnderRocCurve) ? "" : string.Create(
            CultureInfo.InvariantCulture, $", AUROC {AreaUnderRocCurve:F4}, average precision {AveragePrecision:F4}"));

    // Of what is finite.
    private static (double Mean, double StandardError) Moments(IEnumerable<float> values)
    {
        double[] finite = [.. values.Where(float.IsFinite).Select(value => (double)value)];
        double mean = finite.Length == 0 ? double.NaN : finite.Average();
        double squares = finite.Sum(value => (value - mean) * (value - mean));
        return (mean, finite.Length < 2 ? double.NaN : Math.Sqrt(squares / (finite.Length - 1) / finite.Length));
    }

    private double MeanOverFolds(Func<CrossValidationFold, double> figure)
    {
        double[] known = [.. Folds.Select(figure).Where(value => !double.IsNaN(value))];
        return known.Length == 0 ? double.NaN : known.Average();
    }
}
