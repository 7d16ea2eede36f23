using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Benchmarks.Rivals;
using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>Scoring all rows: an array, a view, against the same flow layer by layer, as exported to ONNX Runtime, and ML.NET's
/// own detector on the same view.</summary>
public class ScoringSuite : Sizes
{
    private float[] _result = [];
    private LayerByLayer _layerByLayer = null!;
    private OnnxFlow _onnx = null!;
    private IDataView _scored = null!;
    private IDataView _pca = null!;

    public override void Setup()
    {
        base.Setup();
        _result = new float[Rows];
        _layerByLayer = new LayerByLayer((PlanarStack)Workload.Density.Chain.Bijections[1]);
        _onnx = new OnnxFlow(Workload);
        CheckRivals();
        IDataView data = new MemoryView(Workload.Data, D);
        _scored = Workload.Transformer.Transform(data);
        var context = new MLContext(1);
        _pca = context.AnomalyDetection.Trainers.RandomizedPca(rank: Math.Max(1, D / 2)).Fit(data).Transform(data);
    }

    [GlobalCleanup]
    public void Cleanup() => _onnx.Dispose();

    [Benchmark(Baseline = true)]
    public void LogLikelihoodOfArray() => Workload.Transformer.LogLikelihood(Workload.Data, _result);

    [Benchmark]
    public void LayerByLayerTensors() => _layerByLayer.LogLikelihood(Workload.Data, _result);

    [Benchmark]
    public void OnnxRuntime() => _onnx.LogLikelihood(Workload.Data, _result);

    [Benchmark]
    public float TransformOfView() => _scored.GetColumn<float>("Score").Last();

    [Benchmark]
    public float RandomizedPcaOfView() => _pca.GetColumn<float>("Score").Last();

    // A rival that computes something else is none.
    private void CheckRivals()
    {
        float[] ours = new float[Rows], layers = new float[Rows], onnx = new float[Rows];
        Workload.Transformer.LogLikelihood(Workload.Data, ours);
        _layerByLayer.LogLikelihood(Workload.Data, layers);
        _onnx.LogLikelihood(Workload.Data, onnx);
        for (int i = 0; i < Rows; i++)
        {
            float tolerance = 1e-3f * (1 + MathF.Abs(ours[i]));
            if (!(MathF.Abs(ours[i] - layers[i]) < tolerance && MathF.Abs(ours[i] - onnx[i]) < tolerance))
                throw new InvalidOperationException(
                    $"Row {i} has log-likelihood {ours[i]}, but {layers[i]} layer by layer and {onnx[i]} in ONNX Runtime. The "
                    + "rivals must be the same flow.");
        }
    }
}
