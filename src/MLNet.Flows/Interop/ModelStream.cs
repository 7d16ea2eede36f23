using Microsoft.ML;

namespace MLNet.Flows.Interop;

/// <summary>A model's bytes in ML.NET's own repository entry.</summary>
internal static class ModelStream
{
    private const int ChunkSize = 1 << 16;

    // The simple name: a full name with a newer version could not be loaded by an older app.
    private const string LoaderAssemblyName = "MLNet.Flows";

    /// <param name="context">Where ML.NET saves.</param>
    /// <param name="modelSignature">Eight characters; never changes.</param>
    /// <param name="loaderSignature">At most 24 characters; never changes.</param>
    /// <param name="content">The bytes.</param>
    public static void Save(ModelSaveContext context, string modelSignature, string loaderSignature, ReadOnlySpan<byte> content)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version(modelSignature, loaderSignature));
        context.Writer.Write(content);
    }

    /// <summary>All bytes of the entry, read piece by piece: nothing is reserved on the word of a damaged length.</summary>
    /// <exception cref="FormatException">The entry is not a model of this signature, or longer than
    /// <paramref name="maximumLength"/>.</exception>
    public static byte[] Load(ModelLoadContext context, string modelSignature, string loaderSignature, int maximumLength)
    {
        context.CheckAtModel(Version(modelSignature, loaderSignature));
        long length = context.Header.CbModel;
        if (length < 0 || length > maximumLength)
            throw new FormatException(
                $"The model's entry claims {length} bytes, but a flow has at most {maximumLength}. Save it again or restore "
                + "the file.");
        var content = new MemoryStream();
        while (content.Length < length)
        {
            byte[] chunk = context.Reader.ReadBytes((int)Math.Min(ChunkSize, length - content.Length));
            if (chunk.Length == 0)
                break;
            content.Write(chunk);
        }

        return content.ToArray();
    }

    private static VersionInfo Version(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature,
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: loaderSignature,
        loaderAssemblyName: LoaderAssemblyName);
}
