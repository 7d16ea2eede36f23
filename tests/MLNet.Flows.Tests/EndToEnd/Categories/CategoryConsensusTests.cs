using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>Categories in what is made of several flows, and in what is done with a flow after training.</summary>
public sealed class CategoryConsensusTests
{
    private readonly MLContext _context = new(3);

    [Fact]
    public void Consensus_OfMixedFlows_ScoresByTheMeanOfItsMembers_AndReloads()
    {
        IDataView data = KnownMixture.View(_context, KnownMixture.Draw(1000, 1));
        FlowTransformer consensus = Consensus().Fit(data);
        MixedRow[] rows = [.. KnownMixture.Draw(100, 2), new MixedRow { Features = [-2, 0], Color = "violet", Shape = "round" }];
        IDataView fresh = KnownMixture.View(_context, rows);
        using var stream = new MemoryStream();
        _context.Model.Save(consensus, data.Schema, stream);
        stream.Position = 0;
        ITransformer loaded = _context.Model.Load(stream, out _);

        float[] scores = Scores(consensus, fresh);
        float[][] members = [Scores(Planar().Fit(data), fresh), Scores(Nice().Fit(data), fresh)];
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal((members[0][i] + members[1][i]) / 2, scores[i], 1e-5 * (1 + Math.Abs(scores[i])));
        Assert.Equal(scores, Scores(loaded, fresh));
        Assert.Equal(scores, RowByRow(consensus, rows));
        Assert.Equal(KnownMixture.Columns, consensus.CategoricalColumnNames);
    }

    [Fact]
    public void Consensus_OfMixedFlows_AlarmsAtValuesThatWereNotSeen()
    {
        FlowTransformer consensus = Consensus().Fit(KnownMixture.View(_context, KnownMixture.Draw(1000, 1)));
        MixedRow[] usual = KnownMixture.Draw(300, 2);
        MixedRow[] unseen =
            [.. usual.Select(row => new MixedRow { Features = row.Features, Color = "violet", Shape = row.Shape })];

        Assert.InRange(Alarms(usual), 0, 0.05);
        Assert.Equal(1, Alarms(unseen));

        double Alarms(MixedRow[] rows) => consensus.Transform(KnownMixture.View(_context, rows))
            .GetColumn<bool>("PredictedLabel").Average(alarm => alarm ? 1.0 : 0);
    }

    [Fact]
    public void Contributions_OfAConsensus_AddUpToTheScoresDifference_AndNameTheCategory()
    {
        FlowTransformer consensus = Consensus("Why").Fit(KnownMixture.View(_context, KnownMixture.Draw(1000, 1)));
        var row = new MixedRow { Features = [-2, 0], Color = "black", Shape = "round" };
        MixedRow[] rows = [.. KnownMixture.Draw(30, 2), row];
        FlowModel model = consensus.Model;
        float reference = model.Density.CreateScorer().ScoreRow(model.Reference, context: [], model.ReferenceCategories).Score;
        IDataView scored = consensus.Transform(KnownMixture.View(_context, rows));
        float[] scores = [.. scored.GetColumn<float>("Score")];
        float[][] contributions = [.. scored.GetColumn<float[]>("Why")];

        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(scores[i] - reference, contributions[i].Sum(), 2e-3 * (1 + Math.Abs(scores[i])));
        Assert.Equal("Color=black", _context.Flows.Explain(consensus, row)[0].Name);
    }

    [Fact]
    public void Sample_FromAConsensus_HasTheSharesOfTheData_AndItsOwnLikelihood()
    {
        IDataView data = KnownMixture.View(_context, KnownMixture.Draw(4000, 1));
        FlowTransformer consensus = Consensus().Fit(data);
        IDataView drawn = _context.Flows.Sample(consensus, rows: 4000, seed: 5);

        double[] seen = BlackByLeft(data), expected = BlackByLeft(drawn);
        Assert.Equal(seen[0], expected[0], 0.05);
        Assert.Equal(seen[1], expected[1], 0.05);
        Assert.Equal(drawn.GetColumn<float>("LogLikelihood"), consensus.Transform(
            _context.Transforms.SelectColumns("Features", "Color", "Shape").Fit(drawn).Transform(drawn))
            .GetColumn<float>("LogLikelihood"));

        static double[] BlackByLeft(IDataView view)
        {
            (bool Left, bool Black)[] rows = [.. view.GetColumn<float[]>("Features").Zip(
                view.GetColumn<string>("Color"), (features, color) => (features[0] < -1, color == "black"))];
            return
            [
                rows.Where(row => row.Left).Average(row => row.Black ? 1.0 : 0),
                rows.Where(row => !row.Left).Average(row => row.Black ? 1.0 : 0),
            ];
        }
    }

    [Fact]
    public void Consensus_OfMembersWithOtherCategories_SaysSo()
    {
        var fault = Assert.Throws<ArgumentException>(() => _context.Flows.Consensus(
            Planar(), _context.Flows.Nice(new NiceEstimator.Options { CategoricalColumnNames = ["Color"] })));

        Assert.Contains(
            "CategoricalColumnNames is 'Color', 'Shape' for member 1 (PlanarFlow) but 'Color' for member 2 (Nice)",
            fault.Message);
    }

    [Fact]
    public void AnomalyDetector_WithCategories_AlarmsAtValuesThatDoNotGoTogether()
    {
        FlowTransformer detector = _context.Flows.AnomalyDetector(
            new AnomalyDetectorEstimator.Options { CategoricalColumnNames = KnownMixture.Columns })
            .Fit(KnownMixture.View(_context, KnownMixture.Draw(1000, 1)));
        float[] scores = Scores(detector, KnownMixture.View(
            _context,
            [
                new MixedRow { Features = [-2, 0], Color = "red", Shape = "round" },
                new MixedRow { Features = [-2, 0], Color = "black", Shape = "round" },
            ]));

        Assert.True(scores[1] > scores[0] + 1.5, $"{scores[0]} and {scores[1]}");
    }

    [Fact]
    public void CheckDrift_OfACategoryThatChanges_NamesItsColumnFirst()
    {
        FlowTransformer flow = Planar().Fit(KnownMixture.View(_context, KnownMixture.Draw(2000, 1)));
        MixedRow[] changed = KnownMixture.Draw(500, 2);
        foreach (MixedRow row in changed.Where(row => row.Features[0] < -1))
            row.Color = "black";
        DriftReport same = _context.Flows.CheckDrift(flow, KnownMixture.View(_context, KnownMixture.Draw(500, 3)));
        DriftReport other = _context.Flows.CheckDrift(flow, KnownMixture.View(_context, changed));

        Assert.False(same.IsDrift, $"{same.Significance}");
        Assert.True(other.IsDrift, $"{other.Significance}");
        Assert.Equal("Color", other.Features[0].Name);
        Assert.Equal(2, other.Features[0].Index);
        Assert.Equal(4, other.Features.Count);
    }

    [Fact]
    public void Fit_GivenAContext_LearnsBothAndTheCategories()
    {
        MixedRow[] rows = KnownMixture.Draw(2000, 1);
        var random = new MLNet.Flows.Numerics.RandomStream(4);
        foreach (MixedRow row in rows)
        {
            row.Given = [(float)random.NextGaussian()];
            row.Features[1] += 5 * row.Given[0];
        }

        FlowTransformer flow = _context.Flows.Consensus(
            Planar(o => o.ContextColumnName = "Given"), Nice(o => o.ContextColumnName = "Given"))
            .Fit(KnownMixture.View(_context, rows));
        float[] scores = Scores(flow, KnownMixture.View(
            _context,
            [
                new MixedRow { Features = [-2, 5], Color = "red", Shape = "round", Given = [1] },
                new MixedRow { Features = [-2, 5], Color = "red", Shape = "round", Given = [-1] },
                new MixedRow { Features = [-2, 5], Color = "black", Shape = "round", Given = [1] },
            ]));

        Assert.True(scores[1] > scores[0] + 5, $"another context: {scores[0]} and {scores[1]}");
        Assert.True(scores[2] > scores[0] + 1, $"another color: {scores[0]} and {scores[2]}");
    }

    private ConsensusEstimator Consensus(string? contributions = null) => _context.Flows.Consensus(
        new ConsensusEstimator.Options { FeatureContributionsColumnName = contributions }, Planar(), Nice());

    private PlanarFlowEstimator Planar(Action<FlowOptions>? change = null) =>
        _context.Flows.PlanarFlow(With(new PlanarFlowEstimator.Options(), change));

    private NiceEstimator Nice(Action<FlowOptions>? change = null) =>
        _context.Flows.Nice(With(new NiceEstimator.Options(), change));

    private static TOptions With<TOptions>(TOptions options, Action<FlowOptions>? change)
        where TOptions : FlowOptions
    {
        options.CategoricalColumnNames = KnownMixture.Columns;
        options.MaximumSteps = 200;
        options.NumberOfMembers = 1;
        options.Seed = 7;
        change?.Invoke(options);
        return options;
    }

    private float[] RowByRow(FlowTransformer flow, MixedRow[] rows)
    {
        PredictionEngine<MixedRow, Scored> engine = _context.Model.CreatePredictionEngine<MixedRow, Scored>(flow);
        return Array.ConvertAll(rows, row => engine.Predict(row).Score);
    }

    private static float[] Scores(ITransformer flow, IDataView rows) => [.. flow.Transform(rows).GetColumn<float>("Score")];

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
