using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Distributions;

/// <summary>Stub.</summary>
internal sealed class NormalMixture : Distribution
{
    public NormalMixture(int dimension) : base(dimension) { }

    public override DistributionKind Kind => DistributionKind.NormalMixture;

    public override void LogProb(RowBlock block) => throw new NotImplementedException();

    public override float LogProb(RowWorkspace row) => throw new NotImplementedException();

    public override void Sample(RandomStream random, Span<float> point) => throw new NotImplementedException();

    public override void Write(ModelWriter writer) => throw new NotImplementedException();

    public static NormalMixture Read(ModelReader reader) => throw new NotImplementedException();
}
