using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>What docs/concepts.md says of the columns.</summary>
public sealed class ConceptsPageTests
{
    [Fact]
    public void Page_OnTheColumns_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Rows.View(mlContext, Rows.Normal(300, 2));

        ITransformer model = mlContext.Flows.PlanarFlow(contamination: 0).Fit(data);
        IDataView scored = model.Transform(data);
        float[] logLikelihoods = [.. scored.GetColumn<float>("LogLikelihood")];    // nats
        float[] scores = [.. scored.GetColumn<float>("Score")];                    // the same with the other sign
        float[] pValues = [.. scored.GetColumn<float>("PValue")];                  // in [0, 1], small is strange
        bool[] alarms = [.. scored.GetColumn<bool>("PredictedLabel")];             // PValue below 0.01

        Assert.Equal(logLikelihoods, scores.Select(score => -score));
        Assert.Equal(alarms, pValues.Select(p => p < 0.01));
        Assert.Equal(pValues.Zip(scores).OrderBy(row => row.Second).Select(row => row.First), pValues.OrderDescending());

        ITransformer strict = model.WithFalseAlarmRate(0.001);

        Assert.Equal(pValues, strict.Transform(data).GetColumn<float>("PValue"));
        Assert.Equal(pValues.Select(p => p < 0.001), strict.Transform(data).GetColumn<bool>("PredictedLabel"));
    }

    // In thousandths of the unit (here 1,024ths, which Single holds exactly) a column loses log 1,024 nats.
    [Fact]
    public void LogLikelihood_InAnotherUnit_MovesByTheLogarithmAndRanksStay()
    {
        float[][] rows = Rows.Normal(300, 2);
        var mlContext = new MLContext(seed: 1);
        IDataView some = Rows.View(mlContext, rows);
        IDataView other = Rows.View(mlContext, [.. rows.Select(row => new[] { row[0], 1024 * row[1] })]);
        var options = new PlanarFlowEstimator.Options { Contamination = 0, Seed = 1 };

        IDataView one = mlContext.Flows.PlanarFlow(options).Fit(some).Transform(some);
        IDataView two = mlContext.Flows.PlanarFlow(options).Fit(other).Transform(other);

        Assert.All(
            one.GetColumn<float>("LogLikelihood").Zip(two.GetColumn<float>("LogLikelihood")),
            pair => Assert.Equal(pair.First - Math.Log(1024), pair.Second, 1e-4));
        Assert.All(
            one.GetColumn<float>("PValue").Zip(two.GetColumn<float>("PValue")),
            pair => Assert.Equal(pair.First, pair.Second, 0.01));
    }

    // A density is no probability: where values lie within a thousandth, it is about a thousand.
    [Fact]
    public void LogLikelihood_OfAColumnInANarrowRange_IsAboveZero()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Rows.View(mlContext, [.. Rows.Normal(300, 1).Select(row => new[] { 1e-3f * row[0] })]);

        float mean = mlContext.Flows.PlanarFlow(contamination: 0).Fit(data).Transform(data)
            .GetColumn<float>("LogLikelihood").Average();

        Assert.InRange(mean, 4, 6.5f);
    }
}
