using BenchmarkDotNet.Attributes;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>One pass over the rows, the whole step: gather, forward, backward, Adam.</summary>
public class TrainingSuite : Sizes
{
    private Action _small = null!;
    private Action _large = null!;

    public override void Setup()
    {
        base.Setup();
        _small = Workload.Epoch(256, 1);
        _large = Workload.Epoch(1024, 1);
    }

    [Benchmark(Baseline = true)]
    public void EpochBatch256() => _small();

    [Benchmark]
    public void EpochBatch1024() => _large();
}
