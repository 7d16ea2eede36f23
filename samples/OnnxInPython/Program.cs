// How does a model get to Python? As an ONNX graph: this writes one, and score.py scores it without .NET.
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
IDataView file = mlContext.Data.LoadFromTextFile<Reading>(
    Path.Combine(AppContext.BaseDirectory, "shuttle.csv"), ',', hasHeader: true);
Reading[] rows = [.. mlContext.Data.CreateEnumerable<Reading>(mlContext.Data.TakeRows(file, 10_000), reuseRowObject: false)];
rows[0].Features[2] = float.NaN;                            // a gap alarms in Python too
IDataView data = mlContext.Data.LoadFromEnumerable(rows);   // its columns become the graph's inputs: no label among them

var model = mlContext.Flows.PlanarFlow().Fit(data);
using (FileStream stream = File.Create("model.onnx"))
    mlContext.Model.ConvertToOnnx(model, data, stream, "Score", "PValue", "PredictedLabel");

Scored[] scored = [.. mlContext.Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false)];
File.WriteAllLines("scored.csv", scored.Select(
    row => $"{string.Join(',', row.Features)},{row.Score},{row.PValue},{(row.PredictedLabel ? 1 : 0)}"));

Console.WriteLine($"{scored.Count(row => row.PredictedLabel)} of {scored.Length} rows alarm.");
Console.WriteLine($"Wrote model.onnx and scored.csv in {Environment.CurrentDirectory}: run samples/OnnxInPython/score.py there.");

internal class Reading
{
    [LoadColumn(0, 8), VectorType(9)] public float[] Features { get; set; } = [];
}

internal sealed class Scored : Reading
{
    public float Score { get; set; }
    public float PValue { get; set; }
    public bool PredictedLabel { get; set; }
}
