using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Bijections;

/// <summary>Stub.</summary>
internal sealed class Standardization : Bijection
{
    public Standardization(int dimension) : base(dimension) { }

    public override BijectionKind Kind => BijectionKind.Standardization;

    public override void Forward(RowBlock block) => throw new NotImplementedException();

    public override float Forward(RowWorkspace row) => throw new NotImplementedException();

    public override void Write(ModelWriter writer) => throw new NotImplementedException();

    public static Standardization Read(ModelReader reader) => throw new NotImplementedException();
}
