using Microsoft.ML;
using Microsoft.ML.Data;
using ScottPlot;

namespace MLNet.Flows;

/// <summary>Pictures of how well scores tell anomalies from normal rows.</summary>
public static class EvaluationPlots
{
    /// <summary>Detection rate against false-positive rate over all thresholds, with the area.</summary>
    /// <param name="metrics">From <c>mlContext.Flows.Evaluate</c>.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <example>
    /// <code>
    /// mlContext.Flows.Evaluate(scored).PlotRoc().SavePng("roc.png", 500, 450);
    /// </code>
    /// </example>
    public static Plot PlotRoc(this FlowMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Plot plot = PlotStyle.Create($"ROC, area {metrics.AreaUnderRocCurve:F4}", "false-positive rate", "detection rate");
        Curve(
            plot,
            [0, .. metrics.Thresholds.Select(t => t.FalsePositiveRate), 1],
            [0, .. metrics.Thresholds.Select(t => t.Recall), 1]);
        plot.Add.Line(0, 0, 1, 1).LineStyle = new LineStyle
        {
            Color = PlotStyle.Reference,
            Width = 1,
            Pattern = LinePattern.Dashed,
        };
        plot.Axes.SetLimits(-0.01, 1.01, -0.01, 1.02);
        return plot;
    }

    /// <summary>Precision against recall over all thresholds, with the average precision and the share of anomalies, which chance
    /// would reach.</summary>
    /// <param name="metrics">From <c>mlContext.Flows.Evaluate</c>.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <example>
    /// <code>
    /// mlContext.Flows.Evaluate(scored).PlotPrecisionRecall().SavePng("precision-recall.png", 500, 450);
    /// </code>
    /// </example>
    public static Plot PlotPrecisionRecall(this FlowMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        Plot plot = PlotStyle.Create(
            $"Precision and recall, average precision {metrics.AveragePrecision:F4}", "recall", "precision");
        Curve(plot, [.. metrics.Thresholds.Select(t => t.Recall)], [.. metrics.Thresholds.Select(t => t.Precision)]);
        double share = metrics.AnomalyCount / (double)(metrics.AnomalyCount + metrics.NormalCount);
        plot.Add.HorizontalLine(share, 1, PlotStyle.Reference, LinePattern.Dashed);
        plot.Axes.SetLimits(-0.01, 1.01, -0.01, 1.02);
        return plot;
    }

    /// <summary>How log-likelihoods of normal rows and of anomalies are spread, and where alarms begin.</summary>
    /// <remarks>Bars are shares of each class. Anomalies can be thousands of nats away: what lies further below 97.5 % of the
    /// normal rows than twice their spread is counted in the leftmost bar.</remarks>
    /// <param name="scored">The output of a flow's Transform, with a label column.</param>
    /// <param name="labelColumnName">The label: Boolean (true = anomaly) or Single (above 0 = anomaly).</param>
    /// <param name="logLikelihoodColumnName">The log-likelihood column.</param>
    /// <param name="predictedLabelColumnName">The alarm column.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">The label is of another type, or there is no normal row with a likelihood.</exception>
    /// <example>
    /// <code>
    /// scored.PlotLogLikelihood(labelColumnName: "Label").SavePng("log-likelihood.png", 700, 450);
    /// </code>
    /// </example>
    public static Plot PlotLogLikelihood(
        this IDataView scored,
        string labelColumnName = "Label",
        string logLikelihoodColumnName = "LogLikelihood",
        string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(scored);
        bool[] labels = Labels(scored, labelColumnName);
        float[] values = [.. scored.GetColumn<float>(logLikelihoodColumnName)];
        bool[] alarms = [.. scored.GetColumn<bool>(predictedLabelColumnName)];
        double[] normal =
            [.. Enumerable.Range(0, values.Length)
                .Where(i => !labels[i] && float.IsFinite(values[i]))
                .Select(i => (double)values[i]).Order()];
        double[] anomalies =
            [.. Enumerable.Range(0, values.Length)
                .Where(i => labels[i] && float.IsFinite(values[i]))
                .Select(i => (double)values[i])];
        if (normal.Length == 0)
            throw new ArgumentException(
                $"Column '{labelColumnName}' marks no row with a likelihood as normal, but normal rows frame the picture. "
                + "Check the label's meaning: above 0, or true, is an anomaly.");

        double high = normal[^1], low = normal[(int)(0.025 * normal.Length)];
        double spread = Math.Max(high - low, 1e-3);
        low -= 2 * spread;
        high = Math.Max(high, anomalies.DefaultIfEmpty(high).Max());
        Plot plot = PlotStyle.Create(
            "Log-likelihood of normal rows and anomalies",
            $"log p(x), nats (leftmost bar: {low:F0} and below)",
            "share of class");
        Bars(plot, normal, low, high, PlotStyle.Normal, "normal");
        Bars(plot, anomalies, low, high, PlotStyle.Anomaly, "anomalies");

        double[] alarmed =
            [.. Enumerable.Range(0, values.Length)
                .Where(i => alarms[i] && float.IsFinite(values[i]))
                .Select(i => (double)values[i])];
        if (alarmed.Length > 0)
            plot.Add.VerticalLine(
                Math.Max(alarmed.Max(), low), 2, PlotStyle.Reference, LinePattern.Dashed).LegendText = "alarms to the left";
        plot.ShowLegend(Alignment.UpperCenter);
        plot.Axes.Margins(bottom: 0);
        return plot;
    }

    private static void Curve(Plot plot, double[] xs, double[] ys)
    {
        ScottPlot.Plottables.Scatter curve = plot.Add.ScatterLine(xs, ys, PlotStyle.Normal);
        curve.LineWidth = 2;
    }

    private static void Bars(Plot plot, double[] values, double low, double high, Color color, string name)
    {
        const int Bins = 60;
        double width = (high - low) / Bins;
        var counts = new double[Bins];
        foreach (double value in values)
            counts[Math.Clamp((int)((value - low) / width), 0, Bins - 1)] += 1.0 / values.Length;
        ScottPlot.Plottables.BarPlot bars = plot.Add.Bars(Enumerable.Range(0, Bins).Select(i => new Bar
        {
            Position = low + (i + 0.5) * width,
            Value = counts[i],
            Size = width,
            FillColor = color.WithAlpha(0.6),
            LineWidth = 0,
        }).ToArray());
        bars.LegendText = name;
    }

    private static bool[] Labels(IDataView scored, string name)
    {
        DataViewType? type = scored.Schema.GetColumnOrNull(name)?.Type;
        return type is BooleanDataViewType ? [.. scored.GetColumn<bool>(name)]
            : type == NumberDataViewType.Single ? [.. scored.GetColumn<float>(name).Select(label => label > 0)]
            : throw new ArgumentException(
                $"Column '{name}' is {type?.ToString() ?? "missing"}, but a label is Boolean or Single. Convert it with "
                + "mlContext.Transforms.Conversion.");
    }
}
