using MLNet.Flows.Persistence;

namespace MLNet.Flows.Distributions;

/// <summary>Reads any base distribution from a model file: its kind, then its own parameters.</summary>
internal static class DistributionReader
{
    public static void Write(Distribution distribution, ModelWriter writer)
    {
        writer.Write((int)distribution.Kind);
        distribution.Write(writer);
    }

    public static Distribution Read(ModelReader reader) => (DistributionKind)reader.ReadInt32() switch
    {
        DistributionKind.DiagonalNormal => DiagonalNormal.Read(reader),
        DistributionKind.ProductStudentT => ProductStudentT.Read(reader),
        DistributionKind.NormalMixture => NormalMixture.Read(reader),
        var kind => throw new FormatException(
            $"The model names base distribution kind {(int)kind}, which this version does not know. Load it with the version that saved it, or a newer one."),
    };
}
