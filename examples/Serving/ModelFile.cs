using System.IO.Compression;
using Microsoft.ML;
using MLNet.Flows;

namespace Serving;

/// <summary>A model and the drift monitor that was calibrated with it, in one file, so that one rename replaces both.</summary>
internal static class ModelFile
{
    // ML.NET's zip may hold entries of others.
    private const string MonitorEntry = "DriftMonitor";

    /// <summary>Writes beside the file and renames: a reader sees the old file or the new one, whole.</summary>
    public static void Save(MLContext mlContext, ITransformer model, DataViewSchema schema, DriftMonitor monitor, string path)
    {
        string beside = path + ".new";
        mlContext.Model.Save(model, schema, beside);
        using (ZipArchive zip = ZipFile.Open(beside, ZipArchiveMode.Update))
        using (Stream entry = zip.CreateEntry(MonitorEntry).Open())
            monitor.Save(entry);
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The calibrated monitor; of a file that plain <c>Model.Save</c> wrote, one that ranks rows among the earlier ones
    /// only.</summary>
    public static DriftMonitor ReadMonitor(byte[] content)
    {
        using var zip = new ZipArchive(new MemoryStream(content));
        if (zip.GetEntry(MonitorEntry) is not { } entry)
            return new DriftMonitor();
        using Stream stream = entry.Open();
        return DriftMonitor.Load(stream);
    }
}
