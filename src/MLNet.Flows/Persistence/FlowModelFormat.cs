using System.Buffers.Binary;
using System.Security.Cryptography;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Persistence;

/// <summary>A <see cref="FlowModel"/> as bytes.</summary>
/// <remarks>
/// All numbers little-endian; a text is its length in bytes (int32) and UTF-8; floats and doubles are IEEE bits.
/// <code>
/// byte[8]    magic "MLNFLOW1"
/// int32      format version: 5
/// int32      payload length in bytes
/// byte[32]   SHA-256 of the payload
/// payload:
///   text x5    columns: features (empty for none, version 5 on), log-likelihood, score, p-value, predicted label
///   text x2    columns: latent, feature contributions; empty for none (version 2 on)
///   text       column: context; empty for none (version 4 on)
///   int32      categorical columns (version 5 on), each: text name, bool vector, int64 values of its key type or 0 for text,
///              of a key int32 type that holds it and int32 type of what keys stand for or 0 where they have no names (both by
///              ML.NET's DataKind), int32 slots, each: text name, int32 values, then text each, then int64 key each where they
///              are keys; codes of values count from 1, 0 is missing
///   int32      slot names of the features: their number or 0 for none, then text each (version 3 on)
///   double     false-alarm rate
///   density, or of a consensus: int32 minus the number of its flows, then the density of each (version 4 on):
///     int32      feature count
///     int32      constant columns, then int32 index each (ascending)
///     int32      kind of their densities (version 3 on; 1 before)
///       1 = normal:  float value each
///       2 = plateau: float value each, float half-width each, double nats of a departure
///     int32      context columns or 0 for none, then float[] mean, float[] inverse scale (version 4 on), float[]
///                lowest, float[] highest (version 5 on)
///     int32      bijections, each:
///       int32      kind; one that reads the context has 65536 added to it, and behind it int32 context columns
///       1 = standardization: int32 d, float[d] mean, float[d] scale
///       2 = whitening:       int32 d, float log-determinant, float[d] mean, float[d][d] matrix
///       3 = planar stack:    int32 d, int32 K, float[K][d] w, float[K][d] uHat, float[K] b
///       4 = affine coupling: int32 d, int32 passive columns, then int32 index each (ascending), float bound of log-scales,
///                            int32 dense layers, int32 outputs each, then each: float[outputs][inputs] weights, float[outputs]
///                            biases; read, no longer written
///       5 = symmetric log:   int32 d, float threshold, int32 columns, then int32 index each (ascending)
///       6 = affine coupling: as 4, with float bound of the conditioner's inputs behind that of log-scales
///       7 = radial layer:    int32 d, float[d] center, float alpha, float beta
///       8 = additive coupling, 9 = spline coupling: as 6, with what the map is set to (nothing; int32 bins, float tail bound) in
///                            place of the bound of log-scales
///       10 = linear map:     int32 d, float[d][d] matrix, float[d] shift
///       11 to 13 = additive, affine, spline autoregressive map: int32 d, int32 order[d], then as the coupling from its map on
///       20 = continuous map: int32 d, int32 steps, then the field's dense layers as in 4: inputs are d columns, the first
///                            four Legendre polynomials of 2 t - 1, and the context
///     (the number of dense layers of a conditioner with residual blocks has 65536 added to it)
///     int32      base distribution's kind
///       1 = diagonal normal:   int32 d, float[d] mean, float[d] scale
///       2 = product Student-t: double degrees of freedom, int32 d, float[d] mean, float[d] scale
///       3 = normal mixture:    int32 d, int32 M, bool shared scale, float[M] weights, float[M][d] means, float[d or M d] scales;
///                              with categorical columns the kind has 65536 added to it, and behind it int32 columns, each:
///                              int32 codes, int32 gains, float log-share of unseen values, bool whether they are common,
///                              float[codes] log-shares of all rows (1 for none), float[M] log-shares of the smoothing, int32
///                              gains of each code, int32[gains] components, float[gains] gains
///       4 = transformed:       int32 bijections, each as above, then a base of kind 1 to 3
///       5 = uniform mixture:   int32 M, each a distribution of kind 1 to 4
///   float[feature count]  reference row of explanations (version 2 on; the training median in version 2, a likely point since),
///              and int32 code of each categorical column (version 5 on)
///   quantiles: int32 n, float[n] log-likelihoods, float[n] cumulative shares, float x3 tail shape, scale and start (version 2
///   on), float share below the lowest (version 3 on)
///   ranking, where there is a context: float mean, float scale, a bijection of one column (version 4 on)
///   history:
///     int32      stop reason
///     int32      best step
///     double x3  rows used, rows skipped, recoveries
///     int32      reports, each: int32 step, int32 maximum steps, double epoch, double train and validation log-likelihood,
///                and before version 3 double rows/s, double elapsed and remaining seconds
///   of a consensus, for each of its flows: text name, history as above
///   ranked rows: double number, double expected share of anomalies or NaN, int32 1 if they came after training (version 5 on)
/// </code>
/// Every version stays readable for good; a change of layout takes the next version number. A model of version 1 explains from
/// the training mean, which its standardization holds. No clock is written: the same data, seed and machine give the same bytes.
/// </remarks>
internal static class FlowModelFormat
{
    /// <summary>Longest model in bytes.</summary>
    public const int MaximumLength = 1 << 30;

    private const int Version = 5;
    private const int OldestVersion = 1;
    private const int HeaderLength = 8 + 4 + 4 + 32;
    private const int TextBytes = 40;

    private static ReadOnlySpan<byte> Magic => "MLNFLOW1"u8;

    public static byte[] Write(FlowModel model)
    {
        var writer = new ModelWriter();
        WriteColumns(model.Columns, writer);
        CategoriesFormat.Write(model.Categories ?? [], writer);
        writer.Write(model.SlotNames?.Length ?? 0);
        foreach (string name in model.SlotNames ?? [])
            writer.Write(name);
        writer.Write(model.FalseAlarmRate);
        ConsensusFormat.Write(model.Density, model.Members.Count, writer);
        writer.Write(model.Reference);
        foreach (int code in model.ReferenceCategories)
            writer.Write(code);
        model.Quantiles.Write(writer);
        model.Ranking?.Write(writer);
        TrainingHistoryFormat.Write(model.History, writer);
        ConsensusFormat.Write(model.Members, writer);
        model.RankedRows.Write(writer);

        ReadOnlySpan<byte> payload = writer.Payload;
        var content = new byte[HeaderLength + payload.Length];
        Magic.CopyTo(content);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(12), payload.Length);
        SHA256.HashData(payload, content.AsSpan(16, 32));
        payload.CopyTo(content.AsSpan(HeaderLength));
        return content;
    }

    /// <exception cref="FormatException">The bytes are not a flow of a known version, or are damaged.</exception>
    public static FlowModel Read(ReadOnlySpan<byte> content)
    {
        if (content.Length < HeaderLength || !content[..8].SequenceEqual(Magic))
            throw new FormatException(
                "This is not a flow, or its first bytes are damaged. Save the model again or restore the file.");
        int version = BinaryPrimitives.ReadInt32LittleEndian(content[8..]);
        if (version is < OldestVersion or > Version)
            throw new FormatException(
                $"The model has format version {version}, but this library reads versions {OldestVersion} to {Version}. Load "
                + "it with the library that saved it, or a newer one.");
        int length = BinaryPrimitives.ReadInt32LittleEndian(content[12..]);
        if (length != content.Length - HeaderLength)
            throw new FormatException(
                $"The model is {(length > content.Length - HeaderLength ? "truncated" : "too long")}: {length} bytes were "
                + $"saved and {content.Length - HeaderLength} are there. Save it again or restore the file.");
        byte[] payload = content[HeaderLength..].ToArray();
        if (!SHA256.HashData(payload).AsSpan().SequenceEqual(content.Slice(16, 32)))
            throw new FormatException("The model is damaged: its checksum does not match. Save it again or restore the file.");

        var reader = new ModelReader(payload);
        FlowColumnNames columns = ReadColumns(reader, version);
        CategoricalSource[]? categories = version < 5 ? null : CategoriesFormat.Read(reader);
        string[]? slotNames = version < 3 ? null : ReadSlotNames(reader);
        double falseAlarmRate = reader.ReadDouble();
        reader.Check(falseAlarmRate is >= 0 and <= 1, $"the false-alarm rate {falseAlarmRate}");
        (RowDensity density, int members) = ConsensusFormat.ReadDensity(reader, version);
        reader.Check(columns.Features is not null || density.FeatureCount == 0, "a column without a name");
        reader.Check(
            columns.Features is null || density.FeatureCount > 0, $"no features and the name '{columns.Features}' for them");
        reader.Check(
            slotNames is null || slotNames.Length == density.FeatureCount,
            $"{slotNames?.Length} slot names of {density.FeatureCount} features");
        float[] reference = version == 1 ? TrainingMean(density.Flow, reader) : reader.ReadFiniteSingles(density.FeatureCount);
        int[] referenceCategories = CategoriesFormat.ReadCodes(reader, categories, density);
        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Read(reader, version);
        ConditionalRanking? ranking =
            density.Context is null ? null : ConditionalRanking.Read(reader, density.ContextColumns);
        reader.Check(
            density.Context is null == columns.Context is null,
            $"{density.ContextColumns} columns of context and the name '{columns.Context}' for them");
        reader.Check(columns.Latent is null || members == 0, "a latent column of a consensus, which has no one latent");
        TrainingHistory history = TrainingHistoryFormat.Read(reader, version);
        ConsensusMember[] consensus = ConsensusFormat.ReadMembers(reader, members, version);
        RankedSample ranked = version < 5 ? RankedSample.Of((int)Math.Min(history.RowsUsed, int.MaxValue), [], null, false)
            : RankedSample.Read(reader);
        reader.Check(reader.Remaining == 0, $"{reader.Remaining} bytes behind its end");
        return new FlowModel(density, quantiles, columns, falseAlarmRate, reference, history)
        {
            SlotNames = slotNames,
            Ranking = ranking,
            Categories = categories,
            ReferenceCategories = referenceCategories,
            RankedRows = ranked,
            Members = consensus,
        };
    }

    private static void WriteColumns(FlowColumnNames columns, ModelWriter writer)
    {
        writer.Write(columns.Features ?? "");
        writer.Write(columns.LogLikelihood);
        writer.Write(columns.Score);
        writer.Write(columns.PValue);
        writer.Write(columns.PredictedLabel);
        writer.Write(columns.Latent ?? "");
        writer.Write(columns.FeatureContributions ?? "");
        writer.Write(columns.Context ?? "");
    }

    private static FlowColumnNames ReadColumns(ModelReader reader, int version)
    {
        var columns = new FlowColumnNames(
            reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
        if (version > 1)
            columns = columns with
            {
                Latent = Optional(reader.ReadString()),
                FeatureContributions = Optional(reader.ReadString()),
            };
        if (version > 3)
            columns = columns with { Context = Optional(reader.ReadString()) };
        if (version > 4)
            columns = columns with { Features = Optional(columns.Features!) };
        string[] names = [columns.LogLikelihood, columns.Score, columns.PValue, columns.PredictedLabel,
            .. new[] { columns.Features, columns.Latent, columns.FeatureContributions, columns.Context }.OfType<string>()];
        reader.Check(Array.TrueForAll(names, name => name.Length > 0), "a column without a name");
        string? repeated = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key;
        reader.Check(repeated is null, $"two columns of the name '{repeated}', of which one would hide the other");
        return columns;

        static string? Optional(string name) => name.Length == 0 ? null : name;
    }

    private static string[]? ReadSlotNames(ModelReader reader)
    {
        int count = reader.ReadInt32();
        reader.Check(count >= 0, $"{count} slot names");
        reader.CheckRemaining((long)count * sizeof(int));
        reader.Reserve((long)count * TextBytes);
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = reader.ReadString();
        return count == 0 ? null : names;
    }

    private static float[] TrainingMean(FlowDensity density, ModelReader reader)
    {
        reader.Reserve((long)density.FeatureCount * sizeof(float));
        var mean = new float[density.FeatureCount];
        if (density.Chain.Bijections is [Standardization standardization, ..])
        {
            for (int j = 0; j < density.Columns.ActiveColumns.Length; j++)
                mean[density.Columns.ActiveColumns[j]] = standardization.Mean[j];
        }

        for (int i = 0; i < density.Columns.ConstantColumns.Length; i++)
            mean[density.Columns.ConstantColumns[i]] = density.Columns.ConstantValues[i];
        return mean;
    }
}
