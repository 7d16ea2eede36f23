using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Benchmarks.Rivals;
using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>Scoring all rows: an array, a view, against the same flow layer by layer and ML.NET's own detector on the same view.</summary>
public class ScoringSuite : Sizes
{
    private float[] _result = [];
    private LayerByLayer _layerByLayer = null!;
    private IDataView _scored = null!;
    private IDataView _pca = null!;

    public override void Setup()
    {
        base.Setup();
        _result = new float[Rows];
        _layerByLayer = new LayerByLayer((PlanarStack)Workload.Density.Bijections[1]);
        IDataView data = new MemoryView(Workload.Data, D);
        _scored = Workload.Transformer.Transform(data);
        var context = new MLContext(1);
        _pca = context.AnomalyDetection.Trainers.RandomizedPca(rank: Math.Max(1, D / 2)).Fit(data).Transform(data);
    }

    [Benchmark(Baseline = true)]
    public void LogLikelihoodOfArray() => Workload.Transformer.LogLikelihood(Workload.Data, _result);

    [Benchmark]
    public void LayerByLayerTensors() => _layerByLayer.LogLikelihood(Workload.Data, _result);

    [Benchmark]
    public float TransformOfView() => _scored.GetColumn<float>("Score").Last();

    [Benchmark]
    public float RandomizedPcaOfView() => _pca.GetColumn<float>("Score").Last();
}
