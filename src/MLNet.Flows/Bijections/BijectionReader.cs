using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections;

/// <summary>Reads any bijection from a model file: its kind, then its own parameters.</summary>
internal static class BijectionReader
{
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
        return Read((BijectionKind)reader.ReadInt32(), reader);
    }

    private static Bijection Read(BijectionKind kind, ModelReader reader) => kind switch
    {
        BijectionKind.Standardization => Standardization.Read(reader),
        BijectionKind.Whitening => Whitening.Read(reader),
        BijectionKind.PlanarStack => Planar.PlanarStack.Read(reader),
        BijectionKind.AffineCoupling => Coupling.AffineCoupling.Read(reader, withInputBound: false),
        BijectionKind.SymmetricLog => SymmetricLog.Read(reader),
        BijectionKind.BoundedAffineCoupling => Coupling.AffineCoupling.Read(reader, withInputBound: true),
        _ => throw new FormatException(
            $"The model names bijection kind {(int)kind}, which this version does not know. Load it with the version that saved it, or a newer one."),
    };
}
