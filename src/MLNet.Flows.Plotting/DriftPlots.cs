using ScottPlot;

namespace MLNet.Flows;

/// <summary>Pictures of whether rows still come from where a flow's rows came from.</summary>
public static class DriftPlots
{
    /// <summary>Share of the rows with a p-value of at most each value: the diagonal where nothing has drifted, above it where
    /// rows have become stranger.</summary>
    /// <param name="report">From <c>mlContext.Flows.CheckDrift</c>.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <example>
    /// <code>
    /// DriftReport report = mlContext.Flows.CheckDrift(model, today);
    /// report.PlotPValues().SavePng("drift.png", 500, 450);
    /// </code>
    /// </example>
    public static Plot PlotPValues(this DriftReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Plot plot = PlotStyle.Create(
            $"{(report.IsDrift ? "Drift" : "No drift")}: distance {report.Distance:F3}, significance {report.Significance:G2}, "
            + $"{report.RowCount} rows",
            "p-value",
            "share of the rows");
        plot.Add.Line(0, 0, 1, 1).LineStyle = new LineStyle
        {
            Color = PlotStyle.Reference,
            Width = 1,
            Pattern = LinePattern.Dashed,
        };
        var curve = plot.Add.ScatterLine(
            (double[])[0, .. report.RankedShares, 1], [0, .. report.FreshShares, 1], PlotStyle.Normal);
        curve.LineWidth = 2;
        plot.Axes.SetLimits(-0.01, 1.01, -0.01, 1.02);
        return plot;
    }

    /// <summary>How far the mean contributions of the features that moved most are from those in rows drawn from the flow, in
    /// standard errors.</summary>
    /// <param name="report">From <c>mlContext.Flows.CheckDrift</c>.</param>
    /// <param name="numberOfFeatures">How many features to show, at least 1; default 10.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numberOfFeatures"/> is below 1.</exception>
    /// <example>
    /// <code>
    /// DriftReport report = mlContext.Flows.CheckDrift(model, today);
    /// report.PlotFeatures(numberOfFeatures: 5).SavePng("moved.png", 600, 300);
    /// </code>
    /// </example>
    public static Plot PlotFeatures(this DriftReport report, int numberOfFeatures = 10)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentOutOfRangeException.ThrowIfLessThan(numberOfFeatures, 1);
        Plot plot = PlotStyle.Create(
            "Features whose contributions moved", "standard errors from what the flow expects", "");
        FeatureDrift[] shown = [.. report.Features.Take(numberOfFeatures)];
        ScottPlot.Plottables.BarPlot bars = plot.Add.Bars(shown.Select((feature, i) => new Bar
        {
            Position = shown.Length - i,
            Value = feature.StandardErrors,
            FillColor = feature.StandardErrors >= 0 ? PlotStyle.Anomaly : PlotStyle.Normal,
            LineWidth = 0,
        }).ToArray());
        bars.Horizontal = true;
        plot.Axes.Left.SetTicks(
            [.. shown.Select((_, i) => (double)(shown.Length - i))], [.. shown.Select(feature => feature.Name)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.HideGrid();
        return plot;
    }
}
