using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>The code of docs/how-to/onnx.md, as it stands there.</summary>
public sealed class OnnxPageTests
{
    [Fact]
    public void Page_FromConversionToScores_RunsAsItStands()
    {
        var mlContext = new MLContext(seed: 1);
        string folder = Directory.CreateTempSubdirectory("onnx").FullName, path = Path.Combine(folder, "model.onnx");
        IDataView data = Rows.View(mlContext, Rows.Normal(300, 3));
        float[] rows = [.. Rows.Normal(2, 3, seed: 2).SelectMany(row => row), 9, 9, 9];

        IDataView features = mlContext.Transforms.SelectColumns("Features").Fit(data).Transform(data);
        ITransformer model = mlContext.Transforms.NormalizeMinMax("Features")
            .Append(mlContext.Flows.PlanarFlow())
            .Fit(features);

        using (FileStream stream = File.Create(path))
            mlContext.Model.ConvertToOnnx(model, mlContext.Data.Cache(features), stream);

        using var session = new InferenceSession(path);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(rows, [rows.Length / 3, 3]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
            new RunOptions(), ["Features"], [input], ["Score.output", "PredictedLabel.output"]);
        ReadOnlySpan<float> scores = results[0].GetTensorDataAsSpan<float>();
        ReadOnlySpan<bool> alarms = results[1].GetTensorDataAsSpan<bool>();

        float[] expected = Rows.Scores(
            model, Rows.View(mlContext, [rows[..3], rows[3..6], rows[6..]]));
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], scores[i], 1e-4 * Math.Max(1, Math.Abs(expected[i])));
        Assert.True(alarms[2]);
        session.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
