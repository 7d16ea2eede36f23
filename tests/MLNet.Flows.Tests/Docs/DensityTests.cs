using Microsoft.ML;
using MLNet.Flows.Benchmarks.Density;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code in docs/density.md, word for word, run.</summary>
public sealed class DensityTests
{
    [Fact]
    public void Options_ForManyRows_ComeCloserToTheTruthThanTheirBase()
    {
        const int Count = 2000;
        var mlContext = new MLContext(1);
        var spiral = new Spiral();
        IDataView data = Rows.View(mlContext, [.. spiral.Draw(Count, seed: 1).Rows.Chunk(spiral.Dimension)]);

        PlanarFlowEstimator.Options options = PlanarFlowEstimator.Options.ForDensityEstimation();
        options.BaseDistribution = BaseDistribution.NormalMixture(24, sharedScale: false, minimumWeight: 0);
        options.NumberOfMembers = 3;
        options.MaximumEpochs = 100;

        double flows = AboveTruth();
        options.NumberOfLayers = 0;
        Assert.InRange(flows, 0, AboveTruth() / 2);

        double AboveTruth()
        {
            (float[] test, double[] logDensity) = spiral.Draw(Count, seed: 2);
            var likelihoods = new float[Count];
            mlContext.Flows.PlanarFlow(options).Fit(data).LogLikelihood(test, likelihoods);
            return logDensity.Average() - likelihoods.Average(each => (double)each);
        }
    }
}
