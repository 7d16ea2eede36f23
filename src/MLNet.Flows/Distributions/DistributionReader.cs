using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Reads any base distribution from a model file: its kind, then its own parameters.</summary>
/// <remarks>A mixture is made of transformed distributions, those of plain ones, and that is all: a file cannot nest any
/// deeper.</remarks>
internal static class DistributionReader
{
    // Of the smallest: its object and its empty, aligned buffers.
    private const int ObjectBytes = 4096;

    // Added to the kind of a mixture with categorical columns.
    private const int WithCategories = 1 << 16;

    public static void Write(Distribution distribution, ModelWriter writer)
    {
        writer.Write((int)distribution.Kind + (distribution is NormalMixture { Categories: not null } ? WithCategories : 0));
        distribution.Write(writer);
    }

    public static Distribution Read(ModelReader reader) => Read(reader, DistributionKind.UniformMixture);

    /// <summary>Reads a distribution that lies within another.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="outermost">The kind that may nest deepest of those allowed here; plain ones come first in the
    /// enumeration.</param>
    public static Distribution Read(ModelReader reader, DistributionKind outermost)
    {
        reader.Reserve(ObjectBytes);
        var kind = (DistributionKind)reader.ReadInt32();
        if (kind == DistributionKind.NormalMixture + WithCategories)
            return NormalMixture.Read(reader, withCategories: true);
        reader.Check(kind <= outermost || !Enum.IsDefined(kind), $"a {kind} inside another distribution");
        return Read(kind, reader);
    }

    private static Distribution Read(DistributionKind kind, ModelReader reader) => kind switch
    {
        DistributionKind.DiagonalNormal => DiagonalNormal.Read(reader),
        DistributionKind.ProductStudentT => ProductStudentT.Read(reader),
        DistributionKind.NormalMixture => NormalMixture.Read(reader),
        DistributionKind.Transformed => Transformed.Read(reader),
        DistributionKind.UniformMixture => UniformMixture.Read(reader),
        _ => throw new FormatException(
            $"The model names base distribution kind {(int)kind}, which this version does not know. Load it with the version "
            + "that saved it, or a newer one."),
    };
}
