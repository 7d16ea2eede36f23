using MLNet.Flows.Bijections.Autoregressive;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections;

/// <summary>Reads any bijection from a model file: its kind, then its own parameters.</summary>
internal static class BijectionReader
{
    private static readonly Dictionary<BijectionKind, Func<ModelReader, Bijection>> Readers = new()
    {
        [BijectionKind.Standardization] = Standardization.Read,
        [BijectionKind.Whitening] = Whitening.Read,
        [BijectionKind.PlanarStack] = PlanarStack.Read,
        [BijectionKind.AffineCoupling] = reader => Coupling<AffineMap>.Read(reader, AffineMap.Read, withInputBound: false),
        [BijectionKind.SymmetricLog] = SymmetricLog.Read,
        [BijectionKind.BoundedAffineCoupling] = reader => Coupling<AffineMap>.Read(reader, AffineMap.Read),
        [BijectionKind.RadialLayer] = RadialLayer.Read,
        [BijectionKind.AdditiveCoupling] = reader => Coupling<AdditiveMap>.Read(reader, AdditiveMap.Read),
        [BijectionKind.SplineCoupling] = reader => Coupling<SplineMap>.Read(reader, SplineMap.Read),
        [BijectionKind.LinearMap] = LinearMap.Read,
        [BijectionKind.AdditiveAutoregressive] = reader => Autoregressive<AdditiveMap>.Read(reader, AdditiveMap.Read),
        [BijectionKind.AffineAutoregressive] = reader => Autoregressive<AffineMap>.Read(reader, AffineMap.Read),
        [BijectionKind.SplineAutoregressive] = reader => Autoregressive<SplineMap>.Read(reader, SplineMap.Read),
        [BijectionKind.ContinuousMap] = ContinuousMap.Read,
    };

    // Of the smallest: its object and its empty, aligned buffers.
    private const int ObjectBytes = 4096;

    public static void Write(Bijection bijection, ModelWriter writer)
    {
        writer.Write((int)bijection.Kind);
        bijection.Write(writer);
    }

    public static Bijection Read(ModelReader reader)
    {
        reader.Reserve(ObjectBytes);
        int kind = reader.ReadInt32();
        return Readers.TryGetValue((BijectionKind)kind, out Func<ModelReader, Bijection>? read)
            ? read(reader)
            : throw new FormatException(
                $"The model names bijection kind {kind}, which this version does not know. Load it with the version that "
                + "saved it, or a newer one.");
    }
}
