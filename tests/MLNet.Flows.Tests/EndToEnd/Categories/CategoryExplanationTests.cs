using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

public sealed class CategoryExplanationTests
{
    private readonly MLContext _context = new(3);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Contributions_OfFeaturesAndCategories_AddUpToTheScoresDifference(int members)
    {
        FlowTransformer flow = Fit(o => o.NumberOfMembers = members);
        MixedRow[] rows = [.. KnownMixture.Draw(30, 2), new MixedRow { Features = [-2, 0], Color = "violet", Shape = "" }];
        FlowDensity density = flow.Model.Density.Flow;
        float reference = density.LogProbOfRow(
            flow.Model.Reference, context: [], density.CreateWorkspace(), flow.Model.ReferenceCategories);
        IDataView scored = flow.Transform(KnownMixture.View(_context, rows));
        float[] scores = [.. scored.GetColumn<float>("Score")];
        float[][] contributions = [.. scored.GetColumn<float[]>("Why")];

        for (int i = 0; i < rows.Length; i++)
        {
            Assert.Equal(4, contributions[i].Length);
            Assert.Equal(scores[i] + reference, contributions[i].Sum(), 2e-3 * (1 + Math.Abs(scores[i])));
        }
    }

    [Fact]
    public void ContributionsColumn_NamesFeaturesAndCategories()
    {
        IDataView scored = Fit().Transform(KnownMixture.View(_context, KnownMixture.Draw(1, 2)));
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Why"].GetSlotNames(ref names);

        Assert.Equal(["Features[0]", "Features[1]", "Color", "Shape"], names.DenseValues().Select(name => $"{name}"));
    }

    [Theory]
    [InlineData("violet", "round", "Color=unknown")]
    [InlineData("", "round", "Color=missing")]
    [InlineData("black", "round", "Color=black")]
    public void Explain_OfACategoryThatDoesNotGoThere_NamesColumnAndValueFirst(string color, string shape, string expected)
    {
        var row = new MixedRow { Features = [-2, 0], Color = color, Shape = shape };
        FeatureContribution first = _context.Flows.Explain(Fit(), row)[0];

        Assert.Equal(expected, first.Name);
        Assert.Equal(2, first.Index);
        Assert.Equal(expected["Color=".Length..], first.Category);
        Assert.Contains(first.ReferenceCategory!, KnownMixture.ColorNames);
        Assert.True(first.Contribution > 2, $"{first.Contribution}");
        Assert.True(float.IsNaN(first.Value));
    }

    [Fact]
    public void Explain_OfAPointFarOut_NamesTheFeatureFirst()
    {
        var row = new MixedRow { Features = [-2, 9], Color = "red", Shape = "round" };
        FeatureContribution first = _context.Flows.Explain(Fit(), row)[0];

        Assert.Equal("Features[1]", first.Name);
        Assert.Null(first.Category);
        Assert.Equal(9, first.Value);
    }

    [Fact]
    public void Reference_IsALikelyRow()
    {
        FlowModel model = Fit().Model;
        float atReference = model.Density.CreateScorer()
            .ScoreRow(model.Reference, context: [], model.ReferenceCategories).LogLikelihood;
        float[] usual = [.. Fit().Transform(KnownMixture.View(_context, KnownMixture.Draw(500, 2)))
            .GetColumn<float>("LogLikelihood")];

        Assert.True(atReference > usual.Order().ElementAt(250), $"{atReference}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sample_FromAMixedFlow_HasTheSharesOfTheData_AndItsOwnLikelihood(bool keys)
    {
        IDataView data = KnownMixture.View(_context, KnownMixture.Draw(4000, 1));
        if (keys)
            data = _context.Transforms.Conversion.MapValueToKey("Color").Fit(data).Transform(data);
        FlowTransformer flow = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            CategoricalColumnNames = KnownMixture.Columns,
            BaseDistribution = BaseDistribution.NormalMixture(components: 3, minimumWeight: 0),
            InputNoise = 0,
            MaximumSteps = 300,
        }).Fit(data);
        IDataView drawn = _context.Flows.Sample(flow, rows: 4000, seed: 5);
        float[] likelihoods = [.. drawn.GetColumn<float>("LogLikelihood")];
        float[][] points = [.. drawn.GetColumn<float[]>("Features")];
        string[] colors = keys
            ? [.. _context.Transforms.Conversion.MapKeyToValue("Color").Fit(drawn).Transform(drawn).GetColumn<string>("Color")]
            : [.. drawn.GetColumn<string>("Color")];
        string[] shapes = [.. drawn.GetColumn<string>("Shape")];

        Assert.Equal(likelihoods, flow.Transform(drawn).GetColumn<float>("LogLikelihood"));
        double RoundLeft(IEnumerable<(float X, string Color, string Shape)> rows) =>
            rows.Average(row => row is { X: < -1, Color: "red", Shape: "round" } ? 1.0 : 0);
        Assert.Equal(
            RoundLeft(KnownMixture.Draw(20_000, 9).Select(row => (row.Features[0], row.Color!, row.Shape!))),
            RoundLeft(points.Select((point, i) => (point[0], colors[i], shapes[i]))), 0.03);
        Assert.Equal(likelihoods, _context.Flows.Sample(flow, rows: 4000, seed: 5).GetColumn<float>("LogLikelihood"));
    }

    [Fact]
    public void FlowWithAContext_ScoresExplainsAndSamplesGivenIt()
    {
        var random = new RandomStream(1);
        MixedRow[] rows = KnownMixture.Draw(1500, 1);
        foreach (MixedRow row in rows)
        {
            row.Given = [(float)random.NextGaussian()];
            row.Features[0] += 3 * row.Given[0];
        }

        FlowTransformer flow = _context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            CategoricalColumnNames = KnownMixture.Columns,
            ContextColumnName = "Given",
            FeatureContributionsColumnName = "Why",
            MaximumSteps = 200,
        }).Fit(KnownMixture.View(_context, rows));
        IDataView scored = flow.Transform(KnownMixture.View(_context, rows[..50]));
        float[] score = [.. scored.GetColumn<float>("Score")];
        float[][] why = [.. scored.GetColumn<float[]>("Why")];
        IDataView drawn = _context.Flows.Sample(flow, KnownMixture.View(_context, rows[..50]), seed: 1);
        var shifted = new MixedRow { Features = [-2, 0], Given = [2], Color = "red", Shape = "round" };
        var there = new MixedRow { Features = [4, 0], Given = [2], Color = "red", Shape = "round" };
        float[] given = [.. flow.Transform(KnownMixture.View(_context, [shifted, there])).GetColumn<float>("LogLikelihood")];

        Assert.True(given[1] > given[0] + 3, $"{given[1]} where the context says, {given[0]} elsewhere");
        Assert.Equal(50, drawn.GetColumn<string>("Color").Count(color => KnownMixture.ColorNames.Contains(color)));
        Assert.All(why, each => Assert.True(float.IsFinite(each.Sum())));
        Assert.All(score, each => Assert.True(float.IsFinite(each)));
    }

    private FlowTransformer Fit(Action<PlanarFlowEstimator.Options>? change = null)
    {
        var options = new PlanarFlowEstimator.Options
        {
            CategoricalColumnNames = KnownMixture.Columns,
            FeatureContributionsColumnName = "Why",
            MaximumSteps = 200,
        };
        change?.Invoke(options);
        return _context.Flows.PlanarFlow(options).Fit(KnownMixture.View(_context, KnownMixture.Draw(2000, 1)));
    }
}
