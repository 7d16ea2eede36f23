using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML;
using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Persistence;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Docs;

/// <summary>What docs/reference/file-format.md and numerics.md state and code can be held to.</summary>
public sealed partial class ReferencePagesTests
{
    private static readonly string FileFormat =
        File.ReadAllText(Path.Combine(Repository.Root, "docs", "reference", "file-format.md")).ReplaceLineEndings("\n");

    [Fact]
    public void FileFormat_TablesOfKinds_AreThoseOfTheCode()
    {
        Assert.Equal(Enum.GetValues<BijectionKind>().Select(kind => (int)kind), Kinds("### Bijections"));
        Assert.Equal(Enum.GetValues<DistributionKind>().Select(kind => (int)kind), Kinds("### Base distributions"));
        Assert.Equal(Enum.GetValues<ConstantFactorKind>().Select(kind => (int)kind), Kinds("### Constant columns"));
    }

    [Fact]
    public void FileFormat_Envelope_IsAsThePageSays()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = Rows.View(mlContext, Rows.Normal(100, 2));
        PlanarFlowTransformer flow = mlContext.Flows.PlanarFlow().Fit(data);
        byte[] bytes = FlowModelFormat.Write(flow.Model);

        Assert.Equal("MLNFLOW1", Encoding.ASCII.GetString(bytes, 0, 8));
        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        Assert.Contains($"The version that is written is **{version}**", FileFormat);
        Assert.Equal(bytes.Length - 48, BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)));
        Assert.Equal(SHA256.HashData(bytes.AsSpan(48)), bytes[16..48]);

        // In the zip the same bytes stand behind ML.NET's own header.
        var model = new MemoryStream();
        mlContext.Model.Save(flow, data.Schema, model);
        using var zip = new ZipArchive(model);
        using Stream entry = zip.GetEntry("TransformerChain/Transform_000/Model.key")?.Open()
            ?? zip.Entries.Single(each => each.Name == "Model.key" && each.Length > bytes.Length).Open();
        var content = new MemoryStream();
        entry.CopyTo(content);
        Assert.True(content.ToArray().AsSpan().IndexOf(bytes) > 0);
    }

    [Fact]
    public void FileFormat_TableOfEntries_NamesWhatIsWritten()
    {
        (string, string)[] written =
        [
            .. Directory.EnumerateFiles(
                Path.Combine(Repository.Root, "src", "MLNet.Flows", "Transformers", "Loading"), "*Loader.cs")
                .Select(File.ReadAllText)
                .Select(text => (Signature(text, "Loader"), Signature(text, "Model")))
                .Order(),
        ];

        Assert.Equal(
            written, EntryRow().Matches(FileFormat).Select(row => (row.Groups[1].Value, row.Groups[2].Value)).Order());
    }

    private static IEnumerable<int> Kinds(string heading)
    {
        string section = FileFormat.Split($"\n{heading}\n")[1].Split("\n### ")[0].Split("\n## ")[0];
        return KindRow().Matches(section).Select(row => int.Parse(row.Groups[1].Value));
    }

    private static string Signature(string code, string of) => Regex.Match(code, $"{of}Signature = \"([^\"]+)\"").Groups[1].Value;

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex KindRow();

    [GeneratedRegex(@"^\| `\w+` \| `(\w+)` \| `([\w-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex EntryRow();
}
