using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Reads what constant columns add to a density from a model file: its kind, then its own parameters.</summary>
internal static class ConstantFactorReader
{
    public static void Write(ConstantFactor factor, ModelWriter writer)
    {
        writer.Write((int)factor.Kind);
        factor.Write(writer);
    }

    /// <param name="reader">The file.</param>
    /// <param name="count">Constant columns.</param>
    /// <param name="version">Of the format: before 3 the factor was normal, without saying so.</param>
    public static ConstantFactor Read(ModelReader reader, int count, int version)
    {
        var kind = version < 3 ? ConstantFactorKind.Normal : (ConstantFactorKind)reader.ReadInt32();
        return kind switch
        {
            ConstantFactorKind.Normal => new NormalConstants(reader.ReadFiniteSingles(count)),
            ConstantFactorKind.Plateau => PlateauConstants.Read(reader, count),
            _ => throw new FormatException(
                $"The model names constant columns of kind {(int)kind}, which this version does not know. Load it with the "
                + "version that saved it, or a newer one."),
        };
    }
}
