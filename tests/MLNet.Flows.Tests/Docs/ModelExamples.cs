using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The examples in the documentation of what the catalog does with models, as they stand there, run.</summary>
[Collection(nameof(ProcessWide))]
public sealed class ModelExamples
{
    private static readonly MLContext Context = new(seed: 1);
    private static readonly IDataView Data = ReadingRows.Normal(Context, 500, seed: 1);
    private static readonly IDataView FreshNormalRows = ReadingRows.Normal(Context, 500, seed: 2);
    private static readonly IDataView Labelled = ReadingRows.WithAnomalies(Context, 200, seed: 3);
    private static readonly IDataView Today = ReadingRows.WithAnomalies(Context, 200, seed: 4);
    private static readonly ITransformer Model = Context.Transforms.Concatenate("Features", "Temperature", "Pressure")
        .Append(Context.Flows.PlanarFlow(contamination: 0)).Fit(Data);

    [Fact]
    public void Evaluate()
    {
        MLContext mlContext = Context;
        IDataView labelled = Labelled;
        ITransformer model = Model;

        FlowMetrics metrics = mlContext.Flows.Evaluate(model.Transform(labelled), labelColumnName: "Label");
        Console.WriteLine($"AUROC {metrics.AreaUnderRocCurve:F3}, false alarms {metrics.FalseAlarmRate:P1}");

        Assert.InRange(metrics.AreaUnderRocCurve, 0.95, 1);
    }

    [Fact]
    public void CrossValidate()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        CrossValidationResult result = mlContext.Flows.CrossValidate(data, mlContext.Flows.PlanarFlow(contamination: 0));
        Console.WriteLine($"{result.MeanLogLikelihood:F3} nats, {result.AlarmRate:P2} alarms on rows not seen");

        Assert.Equal(5, result.Folds.Count);
    }

    [Fact]
    public void CrossValidate_Several() => Assert.Contains("planar", Printed(() =>
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var estimators = new Dictionary<string, IEstimator<ITransformer>>
        {
            ["planar"] = mlContext.Flows.PlanarFlow(contamination: 0),
            ["Nice"] = mlContext.Flows.Nice(contamination: 0),
        };
        Console.WriteLine(mlContext.Flows.CrossValidate(data, estimators, numberOfFolds: 3));
    }));

    [Fact]
    public void Explain() => Assert.StartsWith("Pressure = 1100 adds", Printed(() =>
    {
        MLContext mlContext = Context;
        ITransformer model = Model;

        var strange = new Reading { Temperature = 20, Pressure = 1100 };
        foreach (FeatureContribution feature in mlContext.Flows.Explain(model, strange, numberOfFeatures: 3))
            Console.WriteLine($"{feature.Name} = {feature.Value} adds {feature.Contribution:F1} nats");
    }));

    [Fact]
    public void ExplainRows() => Assert.Equal(200, Printed(() =>
    {
        MLContext mlContext = Context;
        IDataView today = Today;
        ITransformer model = Model;

        foreach (IReadOnlyList<FeatureContribution> features in mlContext.Flows.ExplainRows(model, today, 2))
            Console.WriteLine($"{features[0].Name} and {features[1].Name} add most");
    }).Split(" add most").Length - 1);

    [Fact]
    public void Sample()
    {
        MLContext mlContext = Context;
        ITransformer model = Model;

        IDataView drawn = mlContext.Flows.Sample(model, rows: 1000, seed: 1);
        IEnumerable<float> logLikelihoods = drawn.GetColumn<float>("LogLikelihood");

        Assert.Equal(1000, logLikelihoods.Count(float.IsFinite));
    }

    [Fact]
    public void Sample_GivenContexts()
    {
        MLContext mlContext = Context;
        IDataView data = Data;

        var options = new PlanarFlowEstimator.Options { ContextColumnName = "Hour" };
        ITransformer model = mlContext.Flows.PlanarFlow(options).Fit(data);
        IDataView drawn = mlContext.Flows.Sample(model, contexts: data, seed: 1);   // a row for each hour in the data

        Assert.Equal(500, drawn.GetColumn<float>("LogLikelihood").Count(float.IsFinite));
    }

    [Fact]
    public void SelectAlarms()
    {
        MLContext mlContext = Context;
        IDataView today = Today;
        ITransformer model = Model;

        AlarmSelection selection = mlContext.Flows.SelectAlarms(model.Transform(today), falseDiscoveryRate: 0.1);
        Console.WriteLine($"{selection.AlarmCount} of {selection.RowCount} rows alarm, of them about a tenth for nothing");

        Assert.InRange(selection.AlarmCount, 5, 30);
    }

    [Fact]
    public void CheckDrift()
    {
        MLContext mlContext = Context;
        IDataView today = Today;
        ITransformer model = Model;

        DriftReport report = mlContext.Flows.CheckDrift(model, today);
        Console.WriteLine($"drift: {report.IsDrift}, {report.AlarmRate:P1} alarms, most moved: {report.Features[0].Name}");

        Assert.Equal(200, report.RowCount);
    }

    [Fact]
    public void FindFlow() => InAFolder(() =>
    {
        MLContext mlContext = Context;
        IDataView data = Data;
        ITransformer model = Model;

        mlContext.Model.Save(model, data.Schema, "model.zip");

        FlowTransformer flow = mlContext.Model.Load("model.zip", out _).FindFlow();
        Console.WriteLine($"{flow.FeatureCount} features, alarms below a p-value of {flow.FalseAlarmRate}");

        Assert.Equal(2, flow.FeatureCount);
    });

    [Fact]
    public void WithFalseAlarmRate()
    {
        IDataView today = Today;
        ITransformer model = Model;

        ITransformer strict = model.WithFalseAlarmRate(0.001);      // one normal row in a thousand alarms
        IDataView scored = strict.Transform(today);

        Assert.Equal(0.001, strict.FindFlow().FalseAlarmRate);
        Assert.Equal(200, scored.GetColumn<bool>("PredictedLabel").Count());
    }

    [Fact]
    public void Recalibrate() => InAFolder(() =>
    {
        MLContext mlContext = Context;
        IDataView freshNormalRows = FreshNormalRows;
        ITransformer model = Model;

        ITransformer recalibrated = model.Recalibrate(freshNormalRows);
        mlContext.Model.Save(recalibrated, freshNormalRows.Schema, "model.zip");

        float[] fresh = [.. mlContext.Model.Load("model.zip", out _).Transform(freshNormalRows).GetColumn<float>("PValue")];
        Assert.InRange(fresh.Average(), 0.45, 0.55);
    });

    private static string Printed(Action example)
    {
        TextWriter console = Console.Out;
        var printed = new StringWriter();
        try
        {
            Console.SetOut(printed);
            example();
        }
        finally
        {
            Console.SetOut(console);
        }

        return printed.ToString();
    }

    private static void InAFolder(Action example)
    {
        string directory = Directory.GetCurrentDirectory();
        string work = Directory.CreateTempSubdirectory("examples").FullName;
        try
        {
            Directory.SetCurrentDirectory(work);
            example();
        }
        finally
        {
            Directory.SetCurrentDirectory(directory);
            Directory.Delete(work, recursive: true);
        }
    }
}
