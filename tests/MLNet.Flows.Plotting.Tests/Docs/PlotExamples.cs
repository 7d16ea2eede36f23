using Microsoft.ML;
using ScottPlot;

namespace MLNet.Flows.Plotting.Tests.Docs;

/// <summary>The examples in the documentation of the plots, as they stand there, run.</summary>
public sealed class PlotExamples : IDisposable
{
    private static readonly MLContext Context = new(seed: 1);
    private static readonly IDataView Data = Rows(300, seed: 1);
    private static readonly IDataView Today = Rows(100, seed: 2);
    private static readonly PlanarFlowTransformer Model = Context.Flows.PlanarFlow(contamination: 0).Fit(Data);
    private static readonly IDataView Scored = Model.Transform(Data);

    private readonly string _directory = Directory.GetCurrentDirectory();
    private readonly string _work = Directory.CreateTempSubdirectory("plots").FullName;

    public PlotExamples() => Directory.SetCurrentDirectory(_work);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_directory);
        Directory.Delete(_work, recursive: true);
    }

    [Fact]
    public void Density()
    {
        IDataView data = Data;
        PlanarFlowTransformer model = Model;

        model.PlotDensity(data).SavePng("density.png", 700, 600);

        AssertDrawn("density.png");
    }

    [Fact]
    public void Density_OfAnArea()
    {
        IDataView data = Data;
        PlanarFlowTransformer model = Model;

        model.PlotDensity(data, new CoordinateRect(left: -3, right: 3, bottom: -3, top: 3)).SavePng("density.png", 700, 600);

        AssertDrawn("density.png");
    }

    [Fact]
    public void Density_OfAVariationalFlow()
    {
        EnergyFunction normal = (points, energies, gradients) =>    // of a standard normal: half the squared length
        {
            points.CopyTo(gradients);
            for (int i = 0; i < energies.Length; i++)
                energies[i] = 0.5f * (points[2 * i] * points[2 * i] + points[2 * i + 1] * points[2 * i + 1]);
        };
        VariationalPlanarFlow flow = VariationalPlanarFlow.Fit(dimension: 2, normal);
        flow.PlotDensity(new CoordinateRect(-3, 3, -3, 3), "log q(z)").SavePng("variational.png", 500, 450);

        AssertDrawn("variational.png");
    }

    [Fact]
    public void LogDensity()
    {
        DensityPlots.PlotLogDensity(
            (x, y) => -0.5 * (x * x + y * y) - Math.Log(2 * Math.PI), new CoordinateRect(-3, 3, -3, 3), "A standard normal")
            .SavePng("normal.png", 500, 450);

        AssertDrawn("normal.png");
    }

    [Fact]
    public void Samples()
    {
        IDataView data = Data;
        PlanarFlowTransformer model = Model;

        model.PlotSamples(data, seed: 1).SavePng("samples.png", 1000, 450);

        AssertDrawn("samples.png");
    }

    [Fact]
    public void PValues()
    {
        MLContext mlContext = Context;
        IDataView today = Today;
        PlanarFlowTransformer model = Model;

        DriftReport report = mlContext.Flows.CheckDrift(model, today);
        report.PlotPValues().SavePng("drift.png", 500, 450);

        AssertDrawn("drift.png");
    }

    [Fact]
    public void Features()
    {
        MLContext mlContext = Context;
        IDataView today = Today;
        PlanarFlowTransformer model = Model;

        DriftReport report = mlContext.Flows.CheckDrift(model, today);
        report.PlotFeatures(numberOfFeatures: 5).SavePng("moved.png", 600, 300);

        AssertDrawn("moved.png");
    }

    [Fact]
    public void Roc()
    {
        MLContext mlContext = Context;
        IDataView scored = Scored;

        mlContext.Flows.Evaluate(scored).PlotRoc().SavePng("roc.png", 500, 450);

        AssertDrawn("roc.png");
    }

    [Fact]
    public void PrecisionRecall()
    {
        MLContext mlContext = Context;
        IDataView scored = Scored;

        mlContext.Flows.Evaluate(scored).PlotPrecisionRecall().SavePng("precision-recall.png", 500, 450);

        AssertDrawn("precision-recall.png");
    }

    [Fact]
    public void LogLikelihood()
    {
        IDataView scored = Scored;

        scored.PlotLogLikelihood(labelColumnName: "Label").SavePng("log-likelihood.png", 700, 450);

        AssertDrawn("log-likelihood.png");
    }

    [Fact]
    public void Contributions()
    {
        PlanarFlowTransformer model = Model;

        IReadOnlyList<FeatureContribution> why = model.Explain([5f, -5f], numberOfFeatures: 2);
        why.PlotContributions("Why this row alarms").SavePng("why.png", 600, 300);

        AssertDrawn("why.png");
    }

    [Fact]
    public void Training()
    {
        PlanarFlowTransformer model = Model;

        model.History.PlotTraining().SavePng("training.png", 600, 400);

        AssertDrawn("training.png");
    }

    private static void AssertDrawn(string file) => Assert.True(new FileInfo(file).Length > 1000);

    // The first twentieth far from the rest.
    private static IDataView Rows(int count, int seed)
    {
        var random = new Random(seed);
        return Context.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i =>
        {
            float x = (float)random.NextDouble();
            return new Row
            {
                Features = [i < count / 20 ? 5 : x, x + 0.1f * (float)random.NextDouble()],
                Label = i < count / 20,
            };
        }).ToArray());
    }

    private sealed class Row
    {
        [Microsoft.ML.Data.VectorType(2)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }
}
