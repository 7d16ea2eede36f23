using Microsoft.ML;
using Microsoft.ML.Data;
using ScottPlot;

namespace MLNet.Flows;

/// <summary>Pictures of a flow on two features.</summary>
public static class DensityPlots
{
    private const double NatsShown = 12;
    private const int Cells = 300;

    /// <summary>log p(x) as a heat map, with data on it.</summary>
    /// <remarks>Colours span the highest log-density and 12 nats below it; what is less likely has the darkest colour. Scores
    /// 90,000 points.</remarks>
    /// <param name="flow">A flow on two features.</param>
    /// <param name="data">Rows with the flow's feature column, drawn as dots and framed with a margin of 15 %.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">The flow has another number of features, or the data lacks the feature
    /// column.</exception>
    /// <example>
    /// <code>
    /// model.PlotDensity(data).SavePng("density.png", 700, 600);
    /// </code>
    /// </example>
    public static Plot PlotDensity(this FlowTransformer flow, IDataView data)
    {
        (double[] xs, double[] ys) = Points(flow, data);
        return Density(flow, xs, ys, Frame(xs, ys));
    }

    /// <summary>log p(x) as a heat map on a part of the plane, with data on it.</summary>
    /// <param name="flow">A flow on two features.</param>
    /// <param name="data">Rows with the flow's feature column, drawn as dots.</param>
    /// <param name="area">The part of the plane to show, in the features' units.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">The flow has another number of features, or the data lacks the feature
    /// column.</exception>
    /// <example>
    /// <code>
    /// model.PlotDensity(data, new CoordinateRect(left: -3, right: 3, bottom: -3, top: 3)).SavePng("density.png", 700, 600);
    /// </code>
    /// </example>
    public static Plot PlotDensity(this FlowTransformer flow, IDataView data, CoordinateRect area)
    {
        (double[] xs, double[] ys) = Points(flow, data);
        return Density(flow, xs, ys, area);
    }

    /// <summary>The data and as many samples from the flow, side by side on the same axes.</summary>
    /// <param name="flow">A flow on two features.</param>
    /// <param name="data">Rows with the flow's feature column.</param>
    /// <param name="seed">Of the samples.</param>
    /// <returns>Two plots in a row.</returns>
    /// <exception cref="ArgumentException">The flow has another number of features, or the data lacks the feature
    /// column.</exception>
    /// <example>
    /// <code>
    /// model.PlotSamples(data, seed: 1).SavePng("samples.png", 1000, 450);
    /// </code>
    /// </example>
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

    /// <summary>log q(z) of a variational flow on the plane as a heat map in the same style.</summary>
    /// <param name="flow">A flow on two dimensions.</param>
    /// <param name="area">The part of the plane.</param>
    /// <param name="title">The title.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <exception cref="ArgumentException">The flow has another number of dimensions.</exception>
    /// <example>
    /// <code>
    /// EnergyFunction normal = (points, energies, gradients) =>    // of a standard normal: half the squared length
    /// {
    ///     points.CopyTo(gradients);
    ///     for (int i = 0; i &lt; energies.Length; i++)
    ///         energies[i] = 0.5f * (points[2 * i] * points[2 * i] + points[2 * i + 1] * points[2 * i + 1]);
    /// };
    /// VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(dimension: 2, normal);
    /// flow.PlotDensity(new CoordinateRect(-3, 3, -3, 3), "log q(z)").SavePng("variational.png", 500, 450);
    /// </code>
    /// </example>
    public static Plot PlotDensity(this VariationalPlanarFlow flow, CoordinateRect area, string title)
    {
        ArgumentNullException.ThrowIfNull(flow);
        if (flow.Dimension != 2)
            throw new ArgumentException(
                $"The flow has {flow.Dimension} dimensions, but this picture shows 2. Draw two columns of flow.Sample instead.");
        var result = new float[Cells * Cells];
        flow.LogDensity(Grid(area), result);
        return Heatmap(area, result, title);
    }

    /// <summary>Any function on a part of the plane as a heat map in the same style, such as a known log-density beside a learned
    /// one.</summary>
    /// <param name="logDensity">Of x1 and x2, in nats.</param>
    /// <param name="area">The part of the plane.</param>
    /// <param name="title">The title.</param>
    /// <returns>The plot, to be changed or saved.</returns>
    /// <example>
    /// <code>
    /// DensityPlots.PlotLogDensity(
    ///     (x, y) => -0.5 * (x * x + y * y) - Math.Log(2 * Math.PI), new CoordinateRect(-3, 3, -3, 3), "A standard normal")
    ///     .SavePng("normal.png", 500, 450);
    /// </code>
    /// </example>
    public static Plot PlotLogDensity(Func<double, double, double> logDensity, CoordinateRect area, string title)
    {
        ArgumentNullException.ThrowIfNull(logDensity);
        float[] grid = Grid(area);
        var values = new float[Cells * Cells];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)logDensity(grid[2 * i], grid[2 * i + 1]);
        return Heatmap(area, values, title);
    }

    private static Plot Density(FlowTransformer flow, double[] xs, double[] ys, CoordinateRect rect)
    {
        var result = new float[Cells * Cells];
        flow.LogLikelihood(Grid(rect), result);
        Plot plot = Heatmap(rect, result, "log p(x), nats");
        double size = xs.Length > 3000 ? 2 : 3;
        plot.Add.Markers(xs, ys, MarkerShape.FilledCircle, (float)size, Colors.White.WithAlpha(0.7));
        return plot;
    }

    // [cells x cells, 2]: the cells' centres, rows upwards.
    private static float[] Grid(CoordinateRect area)
    {
        var points = new float[2 * Cells * Cells];
        for (int i = 0; i < Cells * Cells; i++)
        {
            points[2 * i] = (float)(area.Left + area.Width * (i % Cells + 0.5) / Cells);
            points[2 * i + 1] = (float)(area.Bottom + area.Height * (i / Cells + 0.5) / Cells);
        }

        return points;
    }

    private static Plot Heatmap(CoordinateRect area, float[] values, string title)
    {
        var cells = new double[Cells, Cells];
        for (int i = 0; i < values.Length; i++)
            cells[i / Cells, i % Cells] = values[i];
        double highest = values.Max();
        Plot plot = PlotStyle.Create(title, "x1", "x2");
        ScottPlot.Plottables.Heatmap map = plot.Add.Heatmap(cells);
        map.Rectangle = area;
        map.FlipVertically = true;
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        map.ManualRange = new ScottPlot.Range(highest - NatsShown, highest);
        plot.Add.ColorBar(map);
        plot.Axes.SetLimits(area);
        return plot;
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
            throw new ArgumentException(
                $"The flow has {flow.FeatureCount} features, but this picture shows 2. Train a flow on two columns to look at "
                + "them.");
        flow.GetOutputSchema(data.Schema);
        float[][] rows =
            [.. data.GetColumn<float[]>(flow.FeatureColumnName).Where(row => float.IsFinite(row[0]) && float.IsFinite(row[1]))];
        return rows.Length > 0
            ? ([.. rows.Select(row => (double)row[0])], [.. rows.Select(row => (double)row[1])])
            : throw new ArgumentException(
                $"Column '{flow.FeatureColumnName}' gave no row of finite values, but the data frames the picture. Pass the "
                + "training data.");
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
