using Microsoft.ML;
using Microsoft.ML.Data;
using ScottPlot;
using ScottPlot.Plottables;

namespace MLNet.Flows.Plotting.Tests;

public sealed class PlotTests
{
    private static readonly MLContext Context = new(1);
    private static readonly IDataView Data = View(400);
    private static readonly PlanarFlowTransformer Flow =
        Context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { MaximumSteps = 200 }).Fit(Data);

    [Fact]
    public void PlotDensity_OfAFlow_ShowsTheLogLikelihoodAndTheData()
    {
        var area = new CoordinateRect(-2, 2, -1, 1);

        Plot plot = Flow.PlotDensity(Data, area);

        Heatmap map = plot.GetPlottables<Heatmap>().Single();
        var expected = new float[1];
        Flow.LogLikelihood([-2 + 4 * 20.5f / 300, -1 + 2 * 250.5f / 300], expected);
        Assert.Equal(expected[0], map.Intensities[250, 20], 1e-3);
        Assert.True(map.FlipVertically);
        Assert.Equal(400, plot.GetPlottables<Markers>().Single().Data.GetScatterPoints().Count);
        AssertDraws(plot);
    }

    [Fact]
    public void PlotDensity_OfAVariationalFlow_ShowsItsLogDensity()
    {
        EnergyFunction energy = (points, energies, gradients) =>
        {
            for (int i = 0; i < points.Length; i++)
                gradients[i] = points[i];
            for (int i = 0; i < energies.Length; i++)
                energies[i] = 0.5f * (points[2 * i] * points[2 * i] + points[2 * i + 1] * points[2 * i + 1]);
        };
        VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(
            2, energy, new VariationalPlanarFlow.Options { MaximumSteps = 200 });

        Plot plot = flow.PlotDensity(new CoordinateRect(-3, 3, -3, 3), "q");

        var expected = new float[1];
        flow.LogDensity([-3 + 6 * 10.5f / 300, -3 + 6 * 70.5f / 300], expected);
        Assert.Equal(expected[0], plot.GetPlottables<Heatmap>().Single().Intensities[70, 10], 1e-3);
        AssertDraws(plot);
    }

    [Fact]
    public void PlotLogDensity_OfAFunction_HasItUpright()
    {
        double[,] cells = DensityPlots.PlotLogDensity((x, y) => x + 10 * y, new CoordinateRect(0, 3, 0, 3), "f")
            .GetPlottables<Heatmap>().Single().Intensities;

        Assert.Equal(0.005 + 10 * 2.995, cells[299, 0], 1e-4);
    }

    [Fact]
    public void PlotSamples_OfAFlow_HasDataAndAsManySamples()
    {
        Multiplot panels = Flow.PlotSamples(Data, seed: 3);

        IReadOnlyList<Coordinates> drawn = panels.GetPlot(1).GetPlottables<Markers>().Single().Data.GetScatterPoints();
        Assert.Equal(400, panels.GetPlot(0).GetPlottables<Markers>().Single().Data.GetScatterPoints().Count);
        Assert.Equal(Flow.Sample(400, 3)[..2].Select(x => (double)x), [drawn[0].X, drawn[0].Y]);
    }

    [Fact]
    public void PlotDensity_WrongInput_Throws()
    {
        PlanarFlowTransformer line = Context.Flows.PlanarFlow(new PlanarFlowEstimator.Options { MaximumSteps = 10 })
            .Fit(View(50, dimension: 1));

        Assert.Contains(
            "The flow has 1 features, but this picture shows 2.",
            Assert.Throws<ArgumentException>(() => line.PlotDensity(View(5, dimension: 1))).Message);
        Assert.Contains(
            "Column 'Features' has 3 values per row",
            Assert.Throws<ArgumentException>(() => Flow.PlotDensity(View(5, dimension: 3))).Message);
        Assert.Contains(
            "gave no row of finite values",
            Assert.Throws<ArgumentException>(() => Flow.PlotSamples(View(5, value: float.NaN))).Message);
    }

    [Fact]
    public void PlotTraining_OfAHistory_HasBothCurvesAndTheBestStep()
    {
        Plot plot = Flow.History.PlotTraining();

        Scatter[] curves = [.. plot.GetPlottables<Scatter>()];
        Assert.Equal(["training", "validation"], curves.Select(curve => curve.LegendText));
        Assert.Equal(Flow.History.Progress.Select(p => (double)p.Step), curves[0].Data.GetScatterPoints().Select(p => p.X));
        Assert.Equal(-Flow.History.Progress[^1].ValidationLogLikelihood, curves[1].Data.GetScatterPoints()[^1].Y);
        Assert.Equal(Flow.History.BestStep, plot.GetPlottables<VerticalLine>().Single().X);
        AssertDraws(plot);
        Assert.Contains(
            "The history holds no report",
            Assert.Throws<ArgumentException>(() => (Flow.History with { Progress = [] }).PlotTraining()).Message);
    }

    [Fact]
    public void PlotRocAndPrecisionRecall_OfMetrics_RunThroughTheThresholds()
    {
        IDataView scored = Flow.Transform(Data);
        FlowMetrics metrics = Context.Flows.Evaluate(scored);

        Coordinates[] roc = [.. metrics.PlotRoc().GetPlottables<Scatter>().Single().Data.GetScatterPoints()];
        Coordinates[] precision = [.. metrics.PlotPrecisionRecall().GetPlottables<Scatter>().Single().Data.GetScatterPoints()];

        Assert.Equal(new Coordinates(0, 0), roc[0]);
        Assert.Equal(new Coordinates(1, 1), roc[^1]);
        double area = 0;
        for (int i = 1; i < roc.Length; i++)
            area += (roc[i].X - roc[i - 1].X) * 0.5 * (roc[i].Y + roc[i - 1].Y);
        Assert.Equal(metrics.AreaUnderRocCurve, area, 1e-9);
        Assert.Equal(metrics.Thresholds.Select(t => t.Precision), precision.Select(p => p.Y));
        AssertDraws(metrics.PlotRoc());
    }

    [Fact]
    public void PlotLogLikelihood_OfScoredRows_HasSharesThatAddUpToOnePerClass()
    {
        Plot plot = Flow.Transform(Data).PlotLogLikelihood();

        Assert.All(plot.GetPlottables<BarPlot>(), bars => Assert.Equal(1, bars.Bars.Sum(bar => bar.Value), 1e-9));
        Assert.Equal(2, plot.GetPlottables<BarPlot>().Count());
        AssertDraws(plot);
        Assert.Contains(
            "Column 'Features' is",
            Assert.Throws<ArgumentException>(() => Flow.Transform(Data).PlotLogLikelihood("Features")).Message);
    }

    [Fact]
    public void PlotOfADriftReport_HasBothDistributionsAndABarForEachFeature()
    {
        var context = new MLContext(seed: 1);
        IDataView train = Rows(1000, 0), moved = Rows(200, 2);
        DriftReport report = context.Flows.CheckDrift(context.Flows.PlanarFlow().Fit(train), moved);

        Plot curve = report.PlotPValues(), bars = report.PlotFeatures(1);

        Assert.StartsWith("Drift: distance", curve.Axes.Title.Label.Text);
        Assert.Equal(
            report.RankedShares.Count + 2,
            curve.GetPlottables().OfType<ScottPlot.Plottables.Scatter>().Single().Data.GetScatterPoints().Count);
        Assert.Single(bars.GetPlottables().OfType<ScottPlot.Plottables.BarPlot>().Single().Bars);
        Assert.Throws<ArgumentOutOfRangeException>(() => report.PlotFeatures(0));

        IDataView Rows(int count, float shift)
        {
            var random = new Random(count);
            return context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(_ => new Drifted
            {
                Features = [(float)random.NextDouble() + shift, (float)random.NextDouble()],
            }).ToArray());
        }
    }

    private sealed class Drifted
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }

    [Fact]
    public void PlotContributions_OfARow_HasABarEach()
    {
        IReadOnlyList<FeatureContribution> contributions = Flow.Explain([5, 5], 2, ["a", "b"]);

        Plot plot = contributions.PlotContributions();

        Assert.Equal(
            contributions.Select(c => (double)c.Contribution),
            plot.GetPlottables<BarPlot>().Single().Bars.Select(bar => bar.Value));
        AssertDraws(plot);
        Assert.Contains(
            "There is no contribution",
            Assert.Throws<ArgumentException>(() => Array.Empty<FeatureContribution>().PlotContributions()).Message);
    }

    private static void AssertDraws(Plot plot)
    {
        byte[] png = plot.GetImage(300, 200).GetImageBytes();
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], png[..4]);
        Assert.True(png.Length > 2000);
    }

    // Every tenth row is far out and labelled.
    private static IDataView View(int count, int dimension = 2, float? value = null)
    {
        var random = new Random(3);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, dimension);
        return Context.Data.LoadFromEnumerable(
            Enumerable.Range(0, count).Select(i => new Row
            {
                Features =
                    [.. Enumerable.Range(0, dimension).Select(_ => value ?? (float)random.NextDouble() * (i % 10 == 0 ? 4 : 1))],
                Label = i % 10 == 0 ? 1 : 0,
            }).ToArray(),
            schema);
    }

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
