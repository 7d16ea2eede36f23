using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/flows/consensus.md, as it stands there, and what the page says of it.</summary>
public sealed class ConsensusPageTests
{
    [Fact]
    public void Page_OnTheDetectorAndAConsensus_RunsAsItStands()
    {
        IDataView data = Rows.View(new MLContext(1), Rows.Normal(200, 2));

        var mlContext = new MLContext(seed: 1);
        ConsensusTransformer detector = mlContext.Flows.AnomalyDetector(contamination: 0).Fit(data);
        ConsensusTransformer model = mlContext.Flows.Consensus(
            mlContext.Flows.PlanarFlow(contamination: 0),
            mlContext.Flows.Nice(contamination: 0)).Fit(data);
        IDataView scored = model.Transform(data);

        Assert.Equal(["RealNvp"], detector.Members.Select(member => member.Name));
        float[] scores = [.. scored.GetColumn<float>("Score")];
        float[] logLikelihoods = [.. scored.GetColumn<float>("LogLikelihood")];
        Assert.All(scores.Zip(logLikelihoods), pair => Assert.True(pair.First >= -pair.Second - 1e-5));
        Assert.Contains(scores.Zip(logLikelihoods), pair => pair.First > -pair.Second + 1e-3);
    }

    [Fact]
    public void Page_OnOptions_RunsAsItStands()
    {
        IDataView data = Rows.View(new MLContext(1), Rows.Normal(100, 2));
        var mlContext = new MLContext(seed: 1);

        var options = new ConsensusEstimator.Options
        {
            ScoreColumnName = "Strangeness",
            FeatureContributionsColumnName = "Why",
            FalseAlarmRate = 0.005,
        };
        ConsensusTransformer own = mlContext.Flows.Consensus(
            options, mlContext.Flows.PlanarFlow(), mlContext.Flows.RealNvp()).Fit(data);

        Assert.Equal(0.005, own.FalseAlarmRate);
        float[] scores = [.. own.Transform(data).GetColumn<float>("Strangeness")];
        float[] sums = [.. own.Transform(data).GetColumn<VBuffer<float>>("Why").Select(why => why.DenseValues().Sum())];
        float reference = scores[0] - sums[0];
        Assert.All(scores.Zip(sums), pair => Assert.Equal(reference, pair.First - pair.Second, 0.05));
    }
}
