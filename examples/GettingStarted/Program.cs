using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
var csv = new TextLoader.Options { Separators = [','], HasHeader = true, MissingRealsAsNaNs = true };
IDataView readings = mlContext.Data.LoadFromTextFile<Reading>("readings.csv", csv);
IDataView today = mlContext.Data.LoadFromTextFile<Reading>("today.csv", csv);

var model = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature", "Pressure")
    .Append(mlContext.Flows.PlanarFlow(contamination: 0))
    .Fit(readings);

foreach (var row in mlContext.Data.CreateEnumerable<Scored>(model.Transform(today), reuseRowObject: false))
{
    Console.WriteLine($"{row.Speed} rpm, {row.Temperature} °C, {row.Pressure} bar: p-value {row.PValue:G2}");
    if (row.PredictedLabel)
    {
        var why = mlContext.Flows.Explain(model, row as Reading, numberOfFeatures: 1)[0];
        Console.WriteLine(float.IsNaN(why.Value)
            ? $"  ALARM: {why.Name} is missing"
            : $"  ALARM: {why.Name} = {why.Value} adds {why.Contribution:F1} nats; likely is {why.Reference:F1}");
    }
}

mlContext.Model.Save(model, readings.Schema, "pump.zip");

public class Reading
{
    [LoadColumn(0)] public float Speed { get; set; }
    [LoadColumn(1)] public float Temperature { get; set; }
    [LoadColumn(2)] public float Pressure { get; set; }
}

public sealed class Scored : Reading
{
    public float PValue { get; set; }
    public bool PredictedLabel { get; set; }
}
