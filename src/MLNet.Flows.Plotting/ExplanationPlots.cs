using ScottPlot;

namespace MLNet.Flows;

/// <summary>Pictures of what makes a row strange.</summary>
public static class ExplanationPlots
{
    /// <summary>Contributions to Score as horizontal bars, the largest at the top, with each feature's value and that of the
    /// likely point they are counted from.</summary>
    /// <param name="contributions">From <c>Explain</c>.</param>
    /// <param name="title">The title; null for "What adds to the score".</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">There is no contribution.</exception>
    /// <example>
    /// <code>
    /// IReadOnlyList&lt;FeatureContribution> why = model.Explain([5f, -5f], numberOfFeatures: 2);
    /// why.PlotContributions("Why this row alarms").SavePng("why.png", 600, 300);
    /// </code>
    /// </example>
    public static Plot PlotContributions(this IReadOnlyList<FeatureContribution> contributions, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(contributions);
        if (contributions.Count == 0)
            throw new ArgumentException(
                "There is no contribution, but a picture needs one at least. Ask Explain for one feature or more.");
        Plot plot = PlotStyle.Create(title ?? "What adds to the score", "contribution to Score, nats", "");
        ScottPlot.Plottables.BarPlot bars = plot.Add.Bars(contributions.Select((c, i) => new Bar
        {
            Position = contributions.Count - i,
            Value = c.Contribution,
            FillColor = c.Contribution >= 0 ? PlotStyle.Anomaly : PlotStyle.Normal,
            LineWidth = 0,
        }).ToArray());
        bars.Horizontal = true;
        plot.Axes.Left.SetTicks(
            [.. contributions.Select((_, i) => (double)(contributions.Count - i))],
            [.. contributions.Select(Label)]);
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.HideGrid();
        if (contributions.All(c => c.Contribution >= 0))
            plot.Axes.Margins(left: 0);
        return plot;
    }

    // A category says what it is in its name.
    private static string Label(FeatureContribution each) => each.Category is null
        ? FormattableString.Invariant($"{each.Name} = {each.Value:G4} (likely {each.Reference:G4})")
        : $"{each.Name} (likely {each.ReferenceCategory})";
}
