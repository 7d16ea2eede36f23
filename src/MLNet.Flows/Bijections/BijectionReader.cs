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
    private static readonly Dictionary<BijectionKind, Func<ModelReader, int, Bijection>> Readers = new()
    {
        [BijectionKind.Standardization] = WithoutContext(Standardization.Read),
        [BijectionKind.Whitening] = WithoutContext(Whitening.Read),
        [BijectionKind.PlanarStack] = WithoutContext(PlanarStack.Read),
        [BijectionKind.AffineCoupling] = (reader, context) =>
            Coupling<AffineMap>.Read(reader, context, AffineMap.Read, withInputBound: false),
        [BijectionKind.SymmetricLog] = WithoutContext(SymmetricLog.Read),
        [BijectionKind.BoundedAffineCoupling] = (reader, context) => Coupling<AffineMap>.Read(reader, context, AffineMap.Read),
        [BijectionKind.RadialLayer] = WithoutContext(RadialLayer.Read),
        [BijectionKind.AdditiveCoupling] = (reader, context) => Coupling<AdditiveMap>.Read(reader, context, AdditiveMap.Read),
        [BijectionKind.SplineCoupling] = (reader, context) => Coupling<SplineMap>.Read(reader, context, SplineMap.Read),
        [BijectionKind.LinearMap] = WithoutContext(LinearMap.Read),
        [BijectionKind.AdditiveAutoregressive] = (reader, context) =>
            Autoregressive<AdditiveMap>.Read(reader, context, AdditiveMap.Read),
        [BijectionKind.AffineAutoregressive] = (reader, context) =>
            Autoregressive<AffineMap>.Read(reader, context, AffineMap.Read),
        [BijectionKind.SplineAutoregressive] = (reader, context) =>
            Autoregressive<SplineMap>.Read(reader, context, SplineMap.Read),
        [BijectionKind.ContinuousMap] = ContinuousMap.Read,
    };

    // Added to the kind of a bijection that reads the context, whose columns follow.
    private const int ContextFlag = 1 << 16;

    // Of the smallest: its object and its empty, aligned buffers.
    private const int ObjectBytes = 4096;

    private const int MaximumContext = 1 << 20;

    public static void Write(Bijection bijection, ModelWriter writer)
    {
        writer.Write((int)bijection.Kind + (bijection.ContextColumns > 0 ? ContextFlag : 0));
        if (bijection.ContextColumns > 0)
            writer.Write(bijection.ContextColumns);
        bijection.Write(writer);
    }

    public static Bijection Read(ModelReader reader)
    {
        reader.Reserve(ObjectBytes);
        int written = reader.ReadInt32(), kind = written & ~ContextFlag, context = kind == written ? 0 : reader.ReadInt32();
        reader.Check(kind == written || context is > 0 and <= MaximumContext, $"a context of {context} columns");
        return Readers.TryGetValue((BijectionKind)kind, out Func<ModelReader, int, Bijection>? read)
            ? read(reader, context)
            : throw new FormatException(
                $"The model names bijection kind {kind}, which this version does not know. Load it with the version that "
                + "saved it, or a newer one.");
    }

    private static Func<ModelReader, int, Bijection> WithoutContext(Func<ModelReader, Bijection> read) => (reader, context) =>
    {
        reader.Check(context == 0, $"a context of {context} columns for a bijection that reads none");
        return read(reader);
    };
}
