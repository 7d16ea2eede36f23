using ScottPlot;

namespace MLNet.Flows;

/// <summary>Pictures of a training.</summary>
public static class TrainingPlots
{
    /// <summary>Negative log-likelihood against steps, in training and validation, and the step whose weights were
    /// kept.</summary>
    /// <param name="history">From a transformer.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">The history holds no report.</exception>
    /// <example>
    /// <code>
    /// model.History.PlotTraining().SavePng("training.png", 600, 400);
    /// </code>
    /// </example>
    public static Plot PlotTraining(this TrainingHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        if (history.Progress.Count == 0)
            throw new ArgumentException(
                "The history holds no report, but a curve needs one at least. Only flows that trained on columns that vary "
                + "have a history.");
        Plot plot = PlotStyle.Create("Training", "step", "negative log-likelihood, nats");
        Add("training", PlotStyle.Normal, report => -report.TrainLogLikelihood);
        if (history.Progress.Any(report => double.IsFinite(report.ValidationLogLikelihood)))
            Add("validation", PlotStyle.Anomaly, report => -report.ValidationLogLikelihood);
        ScottPlot.Plottables.VerticalLine best = plot.Add.VerticalLine(
            history.BestStep, 1, PlotStyle.Reference, LinePattern.Dashed);
        best.LegendText = "weights kept";
        plot.ShowLegend(Alignment.UpperRight);
        return plot;

        void Add(string name, Color color, Func<TrainingProgress, double> value)
        {
            ScottPlot.Plottables.Scatter curve = plot.Add.Scatter(
                history.Progress.Select(report => (double)report.Step).ToArray(), history.Progress.Select(value).ToArray(),
                color);
            curve.LineWidth = 2;
            curve.LegendText = name;
        }
    }
}
