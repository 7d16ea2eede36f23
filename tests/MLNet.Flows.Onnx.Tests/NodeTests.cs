using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>An exported flow in Node.js, by ONNX Runtime's WebAssembly build. Skipped where there is no node or npm.</summary>
public sealed class NodeTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Node");
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Score_InNode_IsAsHere()
    {
        Assert.SkipWhen(Run("node", "--version") is null || Run("npm", "--version") is null, "There is no node, or no npm.");
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-web")))
            Assert.NotNull(Run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        const int Columns = 3;
        FlowTransformer flow = _context.Flows.NeuralSpline(
            new NeuralSplineEstimator.Options { MaximumSteps = 50, NumberOfMembers = 2, CalibrationFolds = 0 })
            .Fit(Rows.View(_context, Rows.Normal(300, Columns)));
        float[][] rows = [.. Rows.Normal(200, Columns, seed: 2), [float.NaN, 0, 0], [0, 1e30f, 0]];
        IDataView data = GivenRows.View(_context, rows, [.. rows.Select(_ => Array.Empty<float>())]);
        File.WriteAllBytes(Path.Combine(Folder, "model.onnx"), OnnxSession.Convert(_context, flow, data));
        File.WriteAllBytes(
            Path.Combine(Folder, "features.bin"), MemoryMarshal.AsBytes<float>([.. rows.SelectMany(row => row)]).ToArray());

        byte[] results = Run(
            "node", "score.mjs", "model.onnx", "features.bin", Columns.ToString(CultureInfo.InvariantCulture)) ?? [];

        int n = rows.Length;
        Assert.Equal(n * (3 * sizeof(float) + 1), results.Length);
        float[] Singles(int column) =>
            MemoryMarshal.Cast<byte, float>(results.AsSpan(column * n * sizeof(float), n * sizeof(float))).ToArray();
        Scores.Of(flow, data).AssertEqual(
            new Scores(
                Singles(0), Singles(1), Singles(2), [.. results[(3 * n * sizeof(float))..].Select(each => each == 1)], []),
            flow.Model);
    }

    // What the program writes; null where there is no such program.
    private static byte[]? Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}.");
            return output.ToArray();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
