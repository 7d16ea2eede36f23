using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLNet.Flows.Tool.Tests.Commands;

/// <summary>A model of the program's own in ONNX Runtime.</summary>
public sealed class ExportOnnxTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private const int Rows = 200;
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ExportOnnx_OfAModel_ScoresAsScoreDoes()
    {
        File.WriteAllLines(_folder["some.csv"], File.ReadLines(Workspace.Shuttle).Take(Rows + 1));
        Workspace.Run("score", model.Path, _folder["some.csv"], "--out", _folder["scored.csv"]).Succeeded();

        ToolRun run = Workspace.Run("export-onnx", model.Path, "--out", _folder["model.onnx"]).Succeeded();

        Assert.Contains("an ONNX graph of the inputs V1, V2", run.Output, StringComparison.Ordinal);
        IReadOnlyList<string[]> scored = _folder.Read("scored.csv");
        using var session = new InferenceSession(_folder["model.onnx"]);
        NamedOnnxValue[] inputs =
        [
            .. Enumerable.Range(0, 9).Select(j => NamedOnnxValue.CreateFromTensor(
                $"V{j + 1}", new DenseTensor<float>(Column(scored, Array.IndexOf(scored[0], $"V{j + 1}")), [Rows, 1]))),
        ];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(inputs);
        float[] expected = Column(scored, Array.IndexOf(scored[0], "LogLikelihood"));
        float[] actual =
            [.. outputs.Single(value => value.Name.StartsWith("LogLikelihood", StringComparison.Ordinal)).AsTensor<float>()];
        Assert.All(
            expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * Math.Max(1, Math.Abs(pair.First))));
    }

    [Fact]
    public void ExportOnnx_OverAFileThatExists_NeedsForce()
    {
        _folder.Write("model.onnx", "mine");

        Assert.Contains(
            "exists already", Workspace.Run("export-onnx", model.Path, "--out", _folder["model.onnx"]).Failed().Error,
            StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["model.onnx"]).Trim());
        Workspace.Run("export-onnx", model.Path, "--out", _folder["model.onnx"], "--force", "--json").Succeeded();
        Assert.True(new FileInfo(_folder["model.onnx"]).Length > 1000);
    }

    private static float[] Column(IReadOnlyList<string[]> rows, int column) =>
        [.. rows.Skip(1).Select(row => float.Parse(row[column], CultureInfo.InvariantCulture))];
}
