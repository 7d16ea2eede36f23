using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>Whole pipelines, and what a consumer of the graph meets.</summary>
public sealed class PipelineExportTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void ConvertToOnnx_StepsBeforeAndBehindTheFlow_ScoreAsHere()
    {
        ITransformer model = Pipeline().Append(_context.Transforms.CopyColumns("Strangeness", "Score")).Fit(View(Draw(400)));
        IDataView fresh = View(Draw(300, seed: 2));
        using OnnxSession session = OnnxSession.Of(_context, model, fresh);

        Assert.Equal(["Amount", "Age", "Rate"], session.Inputs);
        Assert.Contains("Strangeness.output", session.Outputs);
        Scores.Of(model, fresh).AssertEqual(session.Run(fresh), model.FindFlow().Model);
    }

    [Fact]
    public void ConvertToOnnx_OfNamedColumns_WritesThoseAlone()
    {
        ITransformer model = Pipeline().Fit(View(Draw(400)));
        using var stream = new MemoryStream();

        _context.Model.ConvertToOnnx(model, View(Draw(1)), stream, "Score", "PValue");

        using var session = new InferenceSession(stream.ToArray());
        Assert.Equal(["Score.output", "PValue.output"], session.OutputMetadata.Keys);
    }

    [Fact]
    public void ConvertToOnnx_TwoFlowsInAChain_WritesBoth()
    {
        IDataView data = View(Draw(300));
        ITransformer model = Pipeline()
            .Append(_context.Flows.RealNvp(
                new RealNvpEstimator.Options
                {
                    MaximumSteps = 50,
                    CalibrationFolds = 0,
                    NumberOfMembers = 1,
                    LogLikelihoodColumnName = "SecondLogLikelihood",
                    ScoreColumnName = "SecondScore",
                    PValueColumnName = "SecondPValue",
                    PredictedLabelColumnName = "SecondAlarm",
                }))
            .Fit(data);
        using OnnxSession session = OnnxSession.Of(_context, model, data);
        IDataView scored = model.Transform(data);

        Assert.Superset(
            new HashSet<string> { "Score.output", "SecondScore.output", "SecondAlarm.output" }, session.Outputs.ToHashSet());
        Scores first = session.Run(data);
        float[] expected = [.. scored.GetColumn<float>("Score")];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], first.Score[i], 1e-4 * Math.Max(1, Math.Abs(expected[i])));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void ConvertToOnnx_TheVersionsOfTheStandardFromEleven_ScoreAsHere(int version)
    {
        ITransformer model = Pipeline().Fit(View(Draw(300)));
        IDataView fresh = View(Draw(100, seed: 2));
        using var stream = new MemoryStream();

        _context.Model.ConvertToOnnx(model, fresh, version, stream);

        using var session = new OnnxSession(stream.ToArray());
        Scores.Of(model, fresh).AssertEqual(session.Run(fresh), model.FindFlow().Model);
    }

    [Fact]
    public void ApplyOnnxModel_InAnMLNetPipeline_ScoresAsHere()
    {
        ITransformer model = Pipeline().Fit(View(Draw(300)));
        IDataView fresh = View(Draw(200, seed: 2));
        string path = Path.Combine(Directory.CreateTempSubdirectory("onnx").FullName, "model.onnx");
        File.WriteAllBytes(path, OnnxSession.Convert(_context, model, fresh));

        IDataView applied = _context.Transforms.ApplyOnnxModel(
            ["LogLikelihood.output", "Score.output", "PValue.output", "PredictedLabel.output"],
            ["Amount", "Age", "Rate"],
            path).Fit(fresh).Transform(fresh);

        // Under the flow's own names, each a vector of one.
        float[] Column(string name) => [.. applied.GetColumn<float[]>(name).Select(value => Assert.Single(value))];
        Scores.Of(model, fresh).AssertEqual(
            new Scores(
                Column("LogLikelihood"),
                Column("Score"),
                Column("PValue"),
                [.. applied.GetColumn<bool[]>("PredictedLabel").Select(value => Assert.Single(value))],
                []),
            model.FindFlow().Model);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void ConvertToOnnx_ALabelInTheSample_BecomesAnInputOfTheGraph()
    {
        ITransformer model = Pipeline().Fit(View(Draw(300)));
        IDataView labelled = _context.Data.LoadFromEnumerable(Draw(1).Select(
            row => new LabelledRow { Amount = row.Amount, Age = row.Age, Rate = row.Rate, Label = true }));

        using OnnxSession session = OnnxSession.Of(_context, model, labelled);

        Assert.Contains("Label", session.Inputs);
    }

    [Fact]
    public void ConvertToOnnx_DataOfPickedRows_BeginsBehindThem()
    {
        IDataView all = View(Draw(300)), few = _context.Data.TakeRows(all, 200);
        IDataView picked = _context.Data.ShuffleRows(_context.Data.FilterRowsByColumn(few, "Age", lowerBound: 20));
        ITransformer model = Pipeline().Fit(picked);
        using OnnxSession session = OnnxSession.Of(_context, model, picked);

        Assert.Equal(["Amount", "Age", "Rate"], session.Inputs);
        Scores.Of(model, all).AssertEqual(session.Run(all), model.FindFlow().Model);
    }

    [Fact]
    public void ConvertToOnnx_ATrainingSet_BeginsWithItsColumns()
    {
        IDataView all = View(Draw(300)), training = _context.Data.TrainTestSplit(all).TrainSet;
        ITransformer model = Pipeline().Fit(training);
        using OnnxSession session = OnnxSession.Of(_context, model, training);

        Assert.Equal(["Amount", "Age", "Rate"], session.Inputs);
        Scores.Of(model, all).AssertEqual(session.Run(all), model.FindFlow().Model);
    }

    [Fact]
    public void Run_DoubleInsteadOfSingle_IsRefusedWithBothTypes()
    {
        using OnnxSession session = FlowAlone(out _);

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([OnnxSession.NamedTensor("Features", new double[4], 4)]));

        Assert.Matches("discovered: Double.* expected: Float", error.Message);
    }

    [Fact]
    public void Run_AnotherNumberOfFeatures_IsRefusedWithBothNumbers()
    {
        using OnnxSession session = FlowAlone(out _);

        var error = Assert.Throws<OnnxRuntimeException>(
            () => session.Run([OnnxSession.NamedTensor("Features", new float[6], 3)]));

        Assert.Contains("Features", error.Message);
        Assert.Matches("Got: 3 Expected: 4", error.Message);
    }

    [Fact]
    public void ConvertToOnnx_DataOfAnotherSizeThanInTraining_IsRefusedWithBothSizes()
    {
        using OnnxSession _ = FlowAlone(out FlowTransformer flow);

        var error = Assert.ThrowsAny<ArgumentException>(
            () => OnnxSession.Convert(_context, flow, Rows.View(_context, [[1f, 2, 3]])));

        Assert.Contains("'Features' has 3 values per row, but this flow was trained on 4", error.Message);
    }

    [Fact]
    public void ConvertToOnnx_ContinuousFlowOfManySteps_IsRefusedWithTheLimit()
    {
        IDataView data = Rows.View(_context, Rows.Normal(100, 2));
        ContinuousFlowTransformer flow = _context.Flows.ContinuousFlow(
            new ContinuousFlowEstimator.Options
            {
                MaximumSteps = 5,
                NumberOfSteps = 126,
                NumberOfMembers = 2,
                CalibrationFolds = 0,
            })
            .Fit(data);

        string message = Assert.ThrowsAny<Exception>(() => OnnxSession.Convert(_context, flow, data)).ToString();

        Assert.Contains("over 250 steps in all", message);
        Assert.Contains("lower NumberOfSteps or NumberOfMembers", message);
    }

    private IEstimator<ITransformer> Pipeline() => _context.Transforms.Concatenate("Features", "Amount", "Age", "Rate")
        .Append(_context.Transforms.NormalizeMinMax("Features"))
        .Append(_context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options { MaximumSteps = 100, NumberOfMembers = 2, CalibrationFolds = 0 }));

    private OnnxSession FlowAlone(out FlowTransformer flow)
    {
        IDataView data = Rows.View(_context, Rows.Normal(100, 4));
        flow = _context.Flows.PlanarFlow(
            new PlanarFlowEstimator.Options { MaximumSteps = 20, NumberOfMembers = 1, CalibrationFolds = 0 }).Fit(data);
        return OnnxSession.Of(_context, flow, data);
    }

    private static Row[] Draw(int count, int seed = 1) => [.. Rows.Normal(count, 3, seed).Select(
        row => new Row { Amount = 100 * MathF.Exp(row[0]), Age = 40 + 10 * row[1], Rate = 0.01f * row[2] })];

    private IDataView View(Row[] rows) => _context.Data.LoadFromEnumerable(rows);

    private sealed class Row
    {
        public float Amount { get; set; }

        public float Age { get; set; }

        public float Rate { get; set; }
    }

    private sealed class LabelledRow
    {
        public float Amount { get; set; }

        public float Age { get; set; }

        public float Rate { get; set; }

        public bool Label { get; set; }
    }
}
