using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Quality.Detectors;

/// <summary>ML.NET's own detector, with half as many components as features.</summary>
internal sealed class RandomizedPca : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        var context = new MLContext(seed);
        var model = context.AnomalyDetection.Trainers.RandomizedPca(rank: Math.Max(1, train[0].Length / 2))
            .Fit(Views.Of(context, train));
        return [.. model.Transform(Views.Of(context, test)).GetColumn<float>("Score")
            .Select(score => float.IsNaN(score) ? 0 : (double)score)];
    }
}
