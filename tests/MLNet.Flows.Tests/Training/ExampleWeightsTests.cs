using Microsoft.ML;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class ExampleWeightsTests
{
    private readonly MLContext _context = new(1);
    private readonly List<string> _warnings = [];

    public ExampleWeightsTests() => _context.Log += (_, message) =>
        _warnings.AddRange(message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning ? [message.Message] : []);

    [Theory]
    [InlineData(1f)]
    [InlineData(1e18f)]
    [InlineData(3e38f)]
    [InlineData(1e-45f)]
    public void Fit_EqualWeightsOfAnySize_GivesTheSameBitsAsNone(float weight)
    {
        float[][] rows = Rows.Normal(200, 3);
        PlanarFlowTransformer Fit(string? column) => _context.Flows
            .PlanarFlow(new PlanarFlowEstimator.Options { ExampleWeightColumnName = column, Seed = 1, MaximumSteps = 100 })
            .Fit(Rows.View(_context, rows, [.. rows.Select(_ => weight)]));

        Assert.Equal(FlowModelFormat.Write(Fit(null).Model), FlowModelFormat.Write(Fit("Weight").Model));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Fit_WeightsTimesAPowerOfTwo_GivesTheSameModel()
    {
        float[][] rows = Rows.Normal(200, 3);
        byte[] Fit(float unit) => FlowModelFormat.Write(_context.Flows
            .PlanarFlow(new PlanarFlowEstimator.Options { ExampleWeightColumnName = "Weight", Seed = 1, MaximumSteps = 100 })
            .Fit(Rows.View(_context, rows, [.. rows.Select((_, i) => unit * (1 + i % 4))])).Model);

        Assert.Equal(Fit(1), Fit(MathF.ScaleB(1, 60)));
    }

    [Theory]
    [InlineData("one of 1e20", null)]
    [InlineData("one of 1e20", 0.0)]
    [InlineData("one of 1e20", 0.1)]
    [InlineData("one of 3e38 beside 1e-45", 0.1)]
    [InlineData("over eighty powers of ten", null)]
    [InlineData("over eighty powers of ten", 0.1)]
    public void Fit_NearlyAllWeightOnFewRows_WarnsAndStaysFinite(string kind, double? contamination)
    {
        var random = new RandomStream(5, 6);
        float[][] rows = Rows.Normal(300, 3);
        float[] weights = [.. rows.Select((_, i) => kind switch
        {
            "one of 1e20" => i == 77 ? 1e20f : 1,
            "one of 3e38 beside 1e-45" => i == 77 ? 3e38f : 1e-45f,
            _ => (float)Math.Pow(10, 80 * random.NextDouble() - 42),
        })];

        PlanarFlowTransformer model = _context.Flows
            .PlanarFlow(
                new PlanarFlowEstimator.Options
                {
                    ExampleWeightColumnName = "Weight",
                    Contamination = contamination,
                    Seed = 1,
                    BatchSize = 16,
                    MaximumSteps = 100,
                })
            .Fit(Rows.View(_context, rows, weights));

        Assert.All(Rows.Scores(model, Rows.View(_context, rows)), score => Assert.True(float.IsFinite(score)));
        Assert.Single(_warnings, warning => warning.Contains("rows of 300 in effect"));
        Assert.Equal(0, model.History.Recoveries);
    }

    [Fact]
    public void Normalize_DividesByTheMean()
    {
        Assert.Equal([0.5f, 1.5f], ExampleWeights.Normalize([1e38f, 3e38f]));
        Assert.Equal([2f, 1e-30f], ExampleWeights.Normalize([3e38f, 1e-45f]));
        Assert.Empty(ExampleWeights.Normalize([7, 7, 7]));
        Assert.Empty(ExampleWeights.Normalize([]));
    }

    [Fact]
    public void EffectiveRows_AreThoseOfEqualWeightThatTellAsMuch()
    {
        Assert.Null(ExampleWeights.EffectiveRows([]));
        Assert.Equal(2, ExampleWeights.EffectiveRows([1, 1, 1e-30f])!.Value, 1e-9);
        Assert.Equal(16.0 / 10, ExampleWeights.EffectiveRows([1, 3])!.Value, 1e-9);
    }
}
