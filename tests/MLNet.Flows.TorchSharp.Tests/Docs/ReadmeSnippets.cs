using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.TorchSharp.Tests.Docs;

/// <summary>The README's snippet on deep flows, word for word and run; a test of MLNet.Flows.Tests compares the two.</summary>
public sealed class ReadmeSnippets
{
    [TorchFact]
    public void Snippet_InReadme_Runs()
    {
        var mlContext = new MLContext(1);
        IDataView data = mlContext.Data.LoadFromEnumerable(
            SyntheticRows.Draw(200, 3, seed: 1).Select(row => new Reading { Features = row }));

        RealNvpTransformer deep = mlContext.Flows.RealNvp(contamination: 0).Fit(data);                       // affine couplings
        PlanarFlowTransformer planar = mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            Engine = new TorchSharpEngine(device: "cpu"),                                                    // or "cuda", "mps"
        }).Fit(data);

        Assert.Equal(200, deep.Transform(data).GetColumn<float>("Score").Count(float.IsFinite));
        Assert.Equal(200, planar.Transform(data).GetColumn<float>("Score").Count(float.IsFinite));
    }

    private sealed class Reading
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];
    }
}
