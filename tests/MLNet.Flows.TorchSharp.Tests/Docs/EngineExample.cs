using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.TorchSharp.Tests.Docs;

/// <summary>The example in the engine's documentation, as it stands there, run.</summary>
public sealed class EngineExample
{
    [TorchFact]
    public void TorchSharpEngine()
    {
        var mlContext = new MLContext(1);
        IDataView data = mlContext.Data.LoadFromEnumerable(
            SyntheticRows.Draw(200, 3, seed: 1).Select(row => new Reading { Features = row }));

        var options = new RealNvpEstimator.Options { Engine = new TorchSharpEngine(device: "cpu"), Contamination = 0 };
        RealNvpTransformer model = mlContext.Flows.RealNvp(options).Fit(data);

        Assert.Equal(200, model.Transform(data).GetColumn<float>("Score").Count(float.IsFinite));
    }

    private sealed class Reading
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }
}
