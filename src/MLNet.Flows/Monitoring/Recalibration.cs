using System.Globalization;
using Microsoft.ML;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;

namespace MLNet.Flows.Monitoring;

/// <summary>A flow whose p-values rank rows among fresh normal ones instead of those that it was trained on.</summary>
internal static class Recalibration
{
    // Distances from the median score to the upper quartile, counted from the median. Rows that have only spread to half as
    // much again, to where a flow had none in training, do not come so far.
    private const double FarOut = 40;
    private const double SuspiciousShare = 0.002;
    private const int SuspiciousRows = 2;

    /// <param name="flow">The flow.</param>
    /// <param name="rows">As the flow meets them.</param>
    /// <param name="weightColumnName">A Single column of example weights; null for none.</param>
    /// <param name="warn">Receives what to look at.</param>
    /// <returns>The model with other quantiles.</returns>
    public static FlowModel Run(FlowTransformer flow, IDataView rows, string? weightColumnName, Action<string> warn)
    {
        FreshScores fresh = FreshScores.Of(flow, rows, weightColumnName);
        int count = fresh.Ranked.Length;
        if (count == 0)
        {
            throw new ArgumentException(
                $"None of the {fresh.Missing} rows has a score, but p-values rank rows among such. Pass normal rows whose "
                + $"column '{flow.FeatureColumnName ?? flow.CategoricalColumnNames[0]}' is complete.");
        }

        if (flow.FalseAlarmRate > 0 && count * flow.FalseAlarmRate < 1)
        {
            warn(string.Create(
                CultureInfo.InvariantCulture,
                $"P-values were calibrated on {count} rows, of which a false-alarm rate of {flow.FalseAlarmRate} is less than "
                + $"one: alarms then rest on how likelihoods would go on below all of these. Give at least "
                + $"{Math.Ceiling(1 / flow.FalseAlarmRate):F0} rows, or set a higher rate."));
        }

        int far = CountFarOut(fresh.Scores);
        if (far >= SuspiciousRows && far > SuspiciousShare * count)
        {
            warn(string.Create(
                CultureInfo.InvariantCulture,
                $"P-values were calibrated on rows of which {far} of {count} lie so far from the others that they are hardly "
                + $"normal. As they are ranked among, real anomalies like them will not alarm. Leave them out, and calibrate "
                + $"again."));
        }

        return flow.Model with
        {
            Quantiles = LikelihoodQuantiles.Fit(fresh.Ranked, fresh.Weights),
            RankedRows = RankedSample.Of(count, fresh.Weights, expectedAnomalies: 0, isRecalibrated: true),
        };
    }

    private static int CountFarOut(float[] scores)
    {
        float[] sorted = [.. scores.Order()];
        double median = sorted[sorted.Length / 2], quartile = sorted[3 * sorted.Length / 4];
        double limit = median + FarOut * Math.Max(quartile - median, 1e-6);
        return sorted.Count(score => score > limit);
    }
}
