using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;

namespace MLNet.Flows.Bijections;

/// <summary>Stub.</summary>
internal sealed class Whitening : Bijection
{
    public Whitening(int dimension) : base(dimension) { }

    public override BijectionKind Kind => BijectionKind.Whitening;

    public override void Forward(RowBlock block) => throw new NotImplementedException();

    public override float Forward(RowWorkspace row) => throw new NotImplementedException();

    public override void Write(ModelWriter writer) => throw new NotImplementedException();

    public static Whitening Read(ModelReader reader) => throw new NotImplementedException();
}
