using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Benchmarks.Rivals;
using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>One row at a time: directly, through a PredictionEngine, and explained.</summary>
public class SingleRowSuite : Sizes
{
    private readonly float[] _result = new float[1];
    private readonly Output _output = new();
    private float[] _row = [];
    private LayerByLayer _layerByLayer = null!;
    private PredictionEngine<Input, Output> _engine = null!;

    public override void Setup()
    {
        base.Setup();
        _row = Workload.Data[..D];
        _layerByLayer = new LayerByLayer((PlanarStack)Workload.Density.Chain.Bijections[1]);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Input));
        schema[nameof(Input.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, D);
        _engine = new MLContext(1).Model.CreatePredictionEngine<Input, Output>(
            Workload.Transformer, inputSchemaDefinition: schema);
    }

    [Benchmark(Baseline = true)]
    public void LogLikelihoodOfRow() => Workload.Transformer.LogLikelihood(_row, _result);

    [Benchmark]
    public float LayerByLayerTensors() => _layerByLayer.LogLikelihood(_row);

    [Benchmark]
    public void Predict()
    {
        Output output = _output;
        _engine.Predict(new Input { Features = _row }, ref output);
    }

    [Benchmark]
    public object Explain() => Workload.Transformer.Explain(_row);

    public sealed class Input
    {
        public float[] Features { get; set; } = [];
    }

    public sealed class Output
    {
        public float Score { get; set; }
    }
}
