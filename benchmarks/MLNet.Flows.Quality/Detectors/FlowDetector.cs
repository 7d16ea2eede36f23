using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Quality.Detectors;

/// <summary>A flow, fitted by the given function of context, rows and seed.</summary>
internal sealed class FlowDetector(Func<MLContext, IDataView, int, FlowTransformer> fit) : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        var context = new MLContext(seed);
        FlowTransformer model = fit(context, Views.Of(context, train), seed);
        var result = new float[test.Length];
        model.Score([.. test.SelectMany(row => row)], result);
        return Array.ConvertAll(result, score => (double)score);
    }

    /// <summary>The p-values of the test rows under a flow trained on the others.</summary>
    public float[] PValues(float[][] train, float[][] test, int seed)
    {
        var context = new MLContext(seed);
        return [.. fit(context, Views.Of(context, train), seed).Transform(Views.Of(context, test)).GetColumn<float>("PValue")];
    }
}
