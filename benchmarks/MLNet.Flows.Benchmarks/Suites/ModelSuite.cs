using BenchmarkDotNet.Attributes;
using Microsoft.ML;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>Loading a saved model, and drawing 1,024 rows from one.</summary>
public class ModelSuite : Sizes
{
    private readonly MemoryStream _zip = new();
    private readonly MLContext _context = new(1);

    public override void Setup()
    {
        base.Setup();
        _context.Model.Save(Workload.Transformer, new MemoryView(Workload.Data, D).Schema, _zip);
    }

    [Benchmark]
    public ITransformer Load()
    {
        _zip.Position = 0;
        return _context.Model.Load(_zip, out _);
    }

    [Benchmark]
    public float[] Sample1024() => Workload.Transformer.Sample(1024, seed: 1);
}
