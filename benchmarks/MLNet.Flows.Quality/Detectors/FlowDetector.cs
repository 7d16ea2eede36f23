using Microsoft.ML;
using MLNet.Flows.Estimators;

namespace MLNet.Flows.Quality.Detectors;

/// <summary>A planar flow with the given options.</summary>
internal sealed class FlowDetector(Func<PlanarFlowEstimator.Options> options) : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        PlanarFlowEstimator.Options chosen = options();
        chosen.Seed = seed;
        var context = new MLContext(seed);
        var model = context.Flows.PlanarFlow(chosen).Fit(Views.Of(context, train));
        var result = new float[test.Length];
        model.LogLikelihood([.. test.SelectMany(row => row)], result);
        return Array.ConvertAll(result, l => -(double)l);
    }
}
