using BenchmarkDotNet.Attributes;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>A RealNVP of 6 couplings on 16 features by hidden width: 4,096 rows scored in blocks, one row, 1,024 samples, one
/// explanation.</summary>
[MemoryDiagnoser]
public class CouplingSuite
{
    private const int D = 16;
    private const int Couplings = 6;
    private const int Rows = 4096;
    private readonly float[] _result = new float[Rows];
    private CouplingWorkload _workload = null!;
    private float[] _row = [];

    [Params(16, 64, 256)]
    public int Hidden { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _workload = new CouplingWorkload(Rows, D, Couplings, Hidden, Hidden);
        _row = _workload.Data[..D];
    }

    [Benchmark(Baseline = true)]
    public void LogLikelihoodOfArray() => _workload.Transformer.LogLikelihood(_workload.Data, _result);

    [Benchmark]
    public void LogLikelihoodOfRow() => _workload.Transformer.LogLikelihood(_row, _result.AsSpan(0, 1));

    [Benchmark]
    public float[] Sample1024() => _workload.Transformer.Sample(1024, seed: 1);

    [Benchmark]
    public object Explain() => _workload.Transformer.Explain(_row);
}
