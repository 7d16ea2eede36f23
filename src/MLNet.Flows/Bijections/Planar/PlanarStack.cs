using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Stub.</summary>
internal sealed class PlanarStack : Bijection
{
    public PlanarStack(int dimension) : base(dimension) { }

    public override BijectionKind Kind => BijectionKind.PlanarStack;

    public override void Forward(RowBlock block) => throw new NotImplementedException();

    public override float Forward(RowWorkspace row) => throw new NotImplementedException();

    public override void Write(ModelWriter writer) => throw new NotImplementedException();

    public static PlanarStack Read(ModelReader reader) => throw new NotImplementedException();
}
