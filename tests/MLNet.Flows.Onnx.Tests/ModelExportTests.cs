using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>Models of all saved kinds, of old format versions too, and what surrounds a flow: contexts, categories, constants,
/// bases and preprocessing.</summary>
public sealed class ModelExportTests
{
    private readonly MLContext _context = new(seed: 1);

    public static TheoryData<string> Golden =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden"), "*.zip")
            .Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Golden))]
    public void ConvertToOnnx_GoldenModel_ScoresAsHere(string name)
    {
        FlowTransformer saved = _context.Model.Load(Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.zip"), out _)
            .FindFlow();
        FlowModel model = saved.Model with { Columns = saved.Model.Columns with { FeatureContributions = null } };
        FlowTransformer flow = saved.WithModel(model);
        IDataView data = GoldenRows();

        using OnnxSession session = OnnxSession.Of(_context, flow, data);

        Scores.Of(flow, data).AssertEqual(session.Run(data), model);
    }

    public static TheoryData<string> Surroundings => ["student", "own scales", "whitened", "heavy tails", "no tail", "constants"];

    [Theory]
    [MemberData(nameof(Surroundings))]
    public void ConvertToOnnx_PreprocessingBasesAndConstants_ScoreAsHere(string kind)
    {
        float[][] rows = Rows.Normal(400, 3), fresh = Rows.Normal(300, 3, seed: 2);
        var options = new PlanarFlowEstimator.Options
        {
            MaximumSteps = 100,
            CalibrationFolds = 0,
            LatentColumnName = "Latent",
            Contamination = 0,
        };
        switch (kind)
        {
            case "student":
                options.BaseDistribution = BaseDistribution.StudentT(3);
                break;
            case "own scales":
                options.BaseDistribution = BaseDistribution.NormalMixture(7, sharedScale: false, minimumWeight: 0);
                break;
            case "whitened":
                options.Preprocessing = Preprocessing.Whiten();
                break;
            case "heavy tails":
                foreach (float[] row in rows.Concat(fresh))
                    row[1] = MathF.Pow(row[1], 9);
                break;
            case "constants":
                rows = [.. Enumerable.Repeat(new[] { 3f, 0, -1e20f }, 100)];
                fresh = [.. rows[..50], [3, 0, -1.1e20f], [3, float.Epsilon, -1e20f], [3e38f, 0, -1e20f], [float.NaN, 0, -1e20f]];
                break;
        }

        FlowTransformer flow = _context.Flows.PlanarFlow(options).Fit(Rows.View(_context, rows));
        FlowModel model = flow.Model;
        if (kind == "no tail")
            (model, flow) = WithoutTail(flow);
        IDataView data = Rows.View(_context, [.. fresh, [1e30f, 0, 0], [float.NegativeInfinity, 0, 0]]);
        using OnnxSession session = OnnxSession.Of(_context, flow, data);

        Scores.Of(flow, data).AssertEqual(session.Run(data), model);
    }

    // Of 300 rounded log-likelihoods many are equal. Within 2e-6 below a step either side of it may be found.
    [Fact]
    public void PValue_OverAllStepsOfTheQuantilesAndTheTail_IsTheSame()
    {
        var random = new RandomStream(5);
        float[] likelihoods = [.. Enumerable.Range(0, 300).Select(_ => MathF.Round((float)(3 * random.NextGaussian()), 1))];
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit(likelihoods, []);
        FlowModel model = TestFlows.Model() with
        {
            Density = new RowDensity(new FlowDensity(
                new ColumnPartition(1, [], new PlateauConstants([], [])),
                new Transformed([], new ProductStudentT(1, [0], [1])))),
            Quantiles = quantiles,
        };
        var flow = new PlanarFlowTransformer(_context, model);
        IDataView data = Rows.View(
            _context, [.. Enumerable.Range(0, 20_000).Select(i => new[] { MathF.Exp(0.001f * i) })]);
        using OnnxSession session = OnnxSession.Of(_context, flow, data);

        Scores scores = session.Run(data);

        float[] expected = Array.ConvertAll(scores.LogLikelihood, quantiles.PValue);
        for (int i = 0; i < expected.Length; i++)
        {
            float early = quantiles.PValue(scores.LogLikelihood[i] + 3e-6f * Math.Max(1, Math.Abs(scores.LogLikelihood[i])));
            Assert.InRange(scores.PValue[i], 0.99999f * expected[i], 1.00001f * early);
        }

        Assert.True(expected.Distinct().Count() > 40);
    }

    private (FlowModel Model, FlowTransformer Flow) WithoutTail(FlowTransformer flow)
    {
        FlowModel model = flow.Model with { Quantiles = LikelihoodQuantiles.Fit([-3, -2.5f], []) };
        Assert.Equal(0, model.Quantiles.Tail.Scale);
        return (model, flow.WithModel(model));
    }

    // With a context, for the flows that are given one, and categories.
    private IDataView GoldenRows()
    {
        float[][] rows = [.. TestFlows.Rows(200), [float.NaN, 0, 7, 0, 0], [0, 0, 8, 0, 1e30f]];
        IDataView view = Rows.View(_context, rows, [.. Enumerable.Range(0, rows.Length).Select(i => 0.1f * (i % 30))]);
        IDataView data = _context.Transforms.Concatenate("Given", "Weight")
            .Append(_context.Transforms.Conversion.ConvertType("Text", "Weight", DataKind.String))
            .Append(_context.Transforms.Conversion.MapValueToKey("Key", "Text", maximumNumberOfKeys: 20))
            .Fit(view).Transform(view);

        // The converter walks on into the steps of the data itself; a cache is where it ends, so that the graph begins with the
        // flow's own columns.
        return _context.Data.Cache(data);
    }
}
