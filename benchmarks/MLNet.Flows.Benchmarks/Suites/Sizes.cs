using BenchmarkDotNet.Attributes;

namespace MLNet.Flows.Benchmarks.Suites;

/// <summary>Every suite runs at these numbers of features and layers. <c>--job short</c> takes about 20 minutes for all of
/// them.</summary>
[MemoryDiagnoser]
public abstract class Sizes
{
    [Params(2, 16, 32, 128, 512)]
    public int D { get; set; }

    [Params(4, 16, 64)]
    public int K { get; set; }

    internal Workload Workload { get; private set; } = null!;

    /// <summary>Rows of the workload: about two million values.</summary>
    protected int Rows => Math.Clamp(2_000_000 / D, 4096, 65_536);

    [GlobalSetup]
    public virtual void Setup() => Workload = new Workload(Rows, D, K);
}
