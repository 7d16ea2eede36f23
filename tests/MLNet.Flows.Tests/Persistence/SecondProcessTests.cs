using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Persistence;

public sealed class SecondProcessTests
{
    [Theory]
    [InlineData(nameof(PlanarFlowTransformer))]
    [InlineData(nameof(RealNvpTransformer))]
    public void Load_InAProcessThatNeverMentionsUs_GivesTheSameBits(string name)
    {
        var context = new MLContext(1);
        IDataView train = Rows.View(context, TestFlows.Rows(400));
        FlowTransformer model = name == nameof(RealNvpTransformer) ? TestFlows.RealNvp(context) : context.Flows.PlanarFlow().Fit(train);
        float[][] rows = [.. TestFlows.Rows(100), [float.NaN, 0, 7, 0, 0]];
        IDataView scored = model.Transform(Rows.View(context, rows));
        string zip = Path.Combine(Directory.CreateTempSubdirectory("flow").FullName, "model.zip");
        context.Model.Save(context.Transforms.CopyColumns("Copy", "Features").Fit(train).Append(model), train.Schema, zip);

        string[] lines = Run(zip, rows);

        Assert.Equal(name, lines[0]);
        Assert.Equal(
            scored.GetColumn<float>("Score").Zip(scored.GetColumn<bool>("PredictedLabel")).Select(p => $"{BitConverter.SingleToInt32Bits(p.First)} {p.Second}"),
            lines[1..]);
        Directory.Delete(Path.GetDirectoryName(zip)!, recursive: true);
    }

    private static string[] Run(string zip, float[][] rows)
    {
        string probe = Path.Combine(AppContext.BaseDirectory, "MLNet.Flows.LoadProbe.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [probe, zip])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        foreach (float[] row in rows)
            process.StandardInput.WriteLine(string.Join(",", row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
