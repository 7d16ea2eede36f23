using System.Globalization;
using MLNet.Flows.Tool.Models;

namespace MLNet.Flows.Tool.Reports;

/// <summary>The pictures of a report.</summary>
internal static class ReportFigures
{
    private const int LikelihoodBins = 40;
    private const int MaximumPoints = 400;

    public static string LogLikelihoods(Report report)
    {
        double[] edges = Histogram.Edges(
            report.Data.LogLikelihoods.Concat(report.Training?.LogLikelihoods ?? []), LikelihoodBins);
        double[] data = Histogram.Shares(report.Data.LogLikelihoods, edges);
        double[] training = report.Training is null ? [] : Histogram.Shares(report.Training.LogLikelihoods, edges);
        var chart = new Chart(
            "Log-likelihoods",
            new Axis(edges[0], edges[^1], "log-likelihood, nats"),
            Upward([.. data, .. training], "share of rows"));
        if (report.Training is not null)
            chart.Bars("reference", "training", edges, training);
        return Page.Figure(
            "Log-likelihoods",
            chart.Bars("data", "rows", edges, data).ToString(),
            "The further left, the stranger. The bars at the ends count what lies beyond them.");
    }

    public static string PValues(Report report)
    {
        double[] data = report.Data.PValueShares;
        double[] training = report.Training?.PValueShares ?? [];
        double[] edges = [.. Enumerable.Range(0, data.Length + 1).Select(i => (double)i / data.Length)];
        var chart = new Chart("P-values", new Axis(0, 1, "p-value"), Upward([.. data, .. training], "share of rows"));
        if (report.Training is not null)
            chart.Bars("reference", "training", edges, training);
        return Page.Figure(
            "P-values",
            chart.Bars("data", "rows", edges, data).ToString(),
            "Flat for rows like the training rows, at 0.05 a bar; a peak on the left is rows stranger than those.");
    }

    public static string Alarms(Report report)
    {
        ScoreSurvey data = report.Data;
        double[] shares = data.AlarmShares;
        double rate = report.Model.FalseAlarmRate;
        double[] edges =
        [
            .. Enumerable.Range(0, shares.Length + 1).Select(i => (double)Math.Min(data.Rows, i * data.StretchLength)),
        ];
        return Page.Figure(
            "Alarms",
            new Chart("Alarms over the rows", new Axis(0, data.Rows, "row"), Upward([.. shares, rate], "share of alarms"))
                .Bars("data", "alarms", edges, shares)
                .Line("reference", "false-alarm rate", [(0, rate), (data.Rows, rate)])
                .ToString(),
            string.Create(
                CultureInfo.InvariantCulture, $"In stretches of {data.StretchLength:N0} rows, in the order of the file."));
    }

    public static string Roc(FlowMetrics metrics)
    {
        IEnumerable<(double, double)> curve =
            [(0, 0), .. Thinned(metrics.Thresholds).Select(at => (at.FalsePositiveRate, at.Recall)), (1, 1)];
        return Page.Figure(
            "ROC",
            new Chart("ROC curve", new Axis(0, 1, "false-alarm rate"), new Axis(0, 1, "recall"))
                .Line("reference", "chance", [(0, 0), (1, 1)])
                .Line("data", "scores", curve)
                .ToString(),
            string.Create(CultureInfo.InvariantCulture, $"The area below is {metrics.AreaUnderRocCurve:F4}."));
    }

    public static string PrecisionRecall(FlowMetrics metrics)
    {
        double share = (double)metrics.AnomalyCount / (metrics.AnomalyCount + metrics.NormalCount);
        return Page.Figure(
            "Precision and recall",
            new Chart("Precision and recall", new Axis(0, 1, "recall"), new Axis(0, 1, "precision"))
                .Line("reference", "chance", [(0, share), (1, share)])
                .Line("data", "scores", Thinned(metrics.Thresholds).Select(at => (at.Recall, at.Precision)))
                .ToString(),
            string.Create(CultureInfo.InvariantCulture, $"The average precision is {metrics.AveragePrecision:F4}."));
    }

    public static string Drift(DriftReport drift)
    {
        IEnumerable<(double, double)> fresh = drift.RankedShares.Zip(drift.FreshShares);
        string verdict = drift.IsDrift ? "The rows have drifted" : "No drift";
        return Page.Figure(
            verdict,
            new Chart(
                "Shares of rows at most as likely",
                new Axis(0, 1, "share of the model's rows"),
                new Axis(0, 1, "share of the rows"))
                .Line("reference", "no drift", [(0, 0), (1, 1)])
                .Line("data", "rows", fresh.Prepend((0, 0)).Append((1, 1)))
                .ToString(),
            string.Create(
                CultureInfo.InvariantCulture,
                $"Distance {drift.Distance:F4}, significance {drift.Significance:G3}. {drift.AlarmRate:P2} of the rows alarm ")
                + string.Create(CultureInfo.InvariantCulture, $"(95 % interval {drift.AlarmRateLow:P2} to ")
                + string.Create(
                    CultureInfo.InvariantCulture, $"{drift.AlarmRateHigh:P2}), expected {drift.ExpectedAlarmRate:P2}."));
    }

    public static string Training(ModelSummary model)
    {
        (double, double)[] batches = [.. model.History.Select(point => ((double)point.Step, point.TrainLogLikelihood))];
        (double, double)[] heldOut = [.. model.History.Select(point => ((double)point.Step, point.HeldOutLogLikelihood))];
        return Page.Figure(
            "Training curve",
            new Chart(
                "Training curve",
                new Axis(0, Math.Max(1, model.History.Select(point => point.Step).DefaultIfEmpty(1).Max()), "step"),
                Axis.Around(batches.Concat(heldOut).Select(point => point.Item2), "log-likelihood, nats"))
                .Line("reference", "training", batches)
                .Line("data", "held out", heldOut)
                .ToString(),
            model.Members.Count > 0
                ? "Of the consensus's first flow. Training batches have noise added."
                : "Training batches have noise added, so that they are less likely than rows held out.");
    }

    private static Axis Upward(IEnumerable<double> values, string label) =>
        new(0, Math.Max(values.Where(double.IsFinite).DefaultIfEmpty(0).Max() * 1.05, 1e-6), label);

    private static IEnumerable<ThresholdMetrics> Thinned(IReadOnlyList<ThresholdMetrics> thresholds)
    {
        int points = Math.Min(MaximumPoints, thresholds.Count);
        return Enumerable.Range(0, points)
            .Select(i => thresholds[points == 1 ? 0 : (int)((long)i * (thresholds.Count - 1) / (points - 1))]);
    }
}
