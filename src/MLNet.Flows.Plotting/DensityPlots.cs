using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Transformers;
using ScottPlot;

namespace MLNet.Flows.Plotting;

/// <summary>Pictures of a flow on two features.</summary>
public static class DensityPlots
{
    private const double NatsShown = 12;

    /// <summary>log p(x) as a heat map, with data on it.</summary>
    /// <remarks>Colours span the highest log-density and 12 nats below it; what is less likely has the darkest colour. Scores 90,000 points.</remarks>
    /// <param name="flow">A flow on two features.</param>
    /// <param name="data">Rows with the flow's feature column, drawn as dots and framing the picture.</param>
    /// <param name="area">The part of the plane to show, in the features' units; null frames the data with a margin of 15 %.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">The flow has another number of features, or the data lacks the feature column.</exception>
    public static Plot PlotDensity(this FlowTransformer flow, IDataView data, CoordinateRect? area = null)
    {
        (double[] xs, double[] ys) = Points(flow, data);
        CoordinateRect rect = area ?? Frame(xs, ys);
        Plot plot = PlotStyle.Create("log p(x), nats", "x1", "x2");
        AddHeatmap(plot, rect, LogDensity(flow, rect, 300));
        double size = xs.Length > 3000 ? 2 : 3;
        plot.Add.Markers(xs, ys, MarkerShape.FilledCircle, (float)size, Colors.White.WithAlpha(0.7));
        plot.Axes.SetLimits(rect);
        return plot;
    }

    /// <summary>The data and as many samples from the flow, side by side on the same axes.</summary>
    /// <param name="flow">A flow on two features.</param>
    /// <param name="data">Rows with the flow's feature column.</param>
    /// <param name="seed">Of the samples.</param>
    /// <returns>Two plots in a row.</returns>
    /// <exception cref="ArgumentException">The flow has another number of features, or the data lacks the feature column.</exception>
    public static Multiplot PlotSamples(this FlowTransformer flow, IDataView data, int seed = 1)
    {
        (double[] xs, double[] ys) = Points(flow, data);
        float[] samples = flow.Sample(xs.Length, seed);
        CoordinateRect rect = Frame(xs, ys);
        var panels = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Columns() };
        panels.AddPlots(2);
        Dots(panels.GetPlot(0), "Data", xs, ys, PlotStyle.Reference, rect);
        Dots(
            panels.GetPlot(1),
            "Samples from the flow",
            [.. Enumerable.Range(0, xs.Length).Select(i => (double)samples[2 * i])],
            [.. Enumerable.Range(0, xs.Length).Select(i => (double)samples[2 * i + 1])],
            PlotStyle.Normal,
            rect);
        return panels;
    }

    /// <summary>Any function on a part of the plane as a heat map in the same style, such as a known log-density beside a learned one.</summary>
    /// <param name="logDensity">Of x1 and x2, in nats.</param>
    /// <param name="area">The part of the plane.</param>
    /// <param name="title">The title.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    public static Plot PlotLogDensity(Func<double, double, double> logDensity, CoordinateRect area, string title)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        const int Cells = 300;
        var values = new double[Cells, Cells];
        for (int i = 0; i < Cells; i++)
        {
            for (int j = 0; j < Cells; j++)
                values[i, j] = logDensity(Center(area.Left, area.Width, j, Cells), Center(area.Bottom, area.Height, i, Cells));
        }

        Plot plot = PlotStyle.Create(title, "x1", "x2");
        AddHeatmap(plot, area, values);
        plot.Axes.SetLimits(area);
        return plot;
    }

    /// <summary>[row upwards, column]: log p at the cells' centres.</summary>
    internal static double[,] LogDensity(FlowTransformer flow, CoordinateRect area, int cells)
    {
        var rows = new float[2 * cells * cells];
        for (int i = 0; i < cells; i++)
        {
            for (int j = 0; j < cells; j++)
            {
                rows[2 * (i * cells + j)] = (float)Center(area.Left, area.Width, j, cells);
                rows[2 * (i * cells + j) + 1] = (float)Center(area.Bottom, area.Height, i, cells);
            }
        }

        var result = new float[cells * cells];
        flow.LogLikelihood(rows, result);
        var values = new double[cells, cells];
        for (int i = 0; i < result.Length; i++)
            values[i / cells, i % cells] = result[i];
        return values;
    }

    private static double Center(double start, double length, int cell, int cells) => start + length * (cell + 0.5) / cells;

    private static void AddHeatmap(Plot plot, CoordinateRect area, double[,] values)
    {
        double highest = values.Cast<double>().Max();
        ScottPlot.Plottables.Heatmap map = plot.Add.Heatmap(values);
        map.Rectangle = area;
        map.FlipVertically = true;
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        map.ManualRange = new ScottPlot.Range(highest - NatsShown, highest);
        plot.Add.ColorBar(map);
    }

    private static void Dots(Plot plot, string title, double[] xs, double[] ys, Color color, CoordinateRect rect)
    {
        plot.Title(title);
        plot.XLabel("x1");
        plot.YLabel("x2");
        plot.Add.Markers(xs, ys, MarkerShape.FilledCircle, xs.Length > 3000 ? 2 : 4, color.WithAlpha(0.6));
        plot.Axes.SetLimits(rect);
    }

    private static (double[] Xs, double[] Ys) Points(FlowTransformer flow, IDataView data)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(data);
        if (flow.FeatureCount != 2)
            throw new ArgumentException($"The flow has {flow.FeatureCount} features, but this picture shows 2. Train a flow on two columns to look at them.");
        flow.GetOutputSchema(data.Schema);
        float[][] rows = [.. data.GetColumn<float[]>(flow.FeatureColumnName).Where(row => float.IsFinite(row[0]) && float.IsFinite(row[1]))];
        return rows.Length > 0
            ? ([.. rows.Select(row => (double)row[0])], [.. rows.Select(row => (double)row[1])])
            : throw new ArgumentException($"Column '{flow.FeatureColumnName}' gave no row of finite values, but the data frames the picture. Pass the training data.");
    }

    private static CoordinateRect Frame(double[] xs, double[] ys)
    {
        (double left, double right) = Widen(xs);
        (double bottom, double top) = Widen(ys);
        return new CoordinateRect(left, right, bottom, top);

        static (double Low, double High) Widen(double[] values)
        {
            double low = values.Min(), high = values.Max(), margin = high > low ? 0.15 * (high - low) : 1;
            return (low - margin, high + margin);
        }
    }
}
