using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.ML;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>Loads a model with plain ML.NET in a process whose folder holds no TorchSharp.</summary>
internal static class Probe
{
    public static void AssertSameScores(FlowTransformer model, IDataView data, float[][] rows)
    {
        string folder = Directory.CreateTempSubdirectory("flow").FullName, zip = Path.Combine(folder, "model.zip");
        var context = new MLContext();
        context.Model.Save(context.Transforms.CopyColumns("Copy", "Features").Fit(data).Append(model), data.Schema, zip);
        var scores = new float[rows.Length];
        model.LogLikelihood(rows.SelectMany(row => row).ToArray(), scores);

        string[] lines = Run(zip, rows);

        Assert.Equal(
            scores.Select(l => BitConverter.SingleToInt32Bits(-l).ToString(CultureInfo.InvariantCulture)),
            lines[1..].Select(line => line.Split(' ')[0]));
        Directory.Delete(folder, recursive: true);
    }

    private static string[] Run(string zip, float[][] rows)
    {
        string probe = typeof(Probe).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "LoadProbe").Value!;
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(probe)!, "*TorchSharp*"));
        var start = new ProcessStartInfo("dotnet", [probe, zip])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        foreach (float[] row in rows)
            process.StandardInput.WriteLine(
                string.Join(",", row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
