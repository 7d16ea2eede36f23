// Usage: MLNet.Flows.LoadProbe model.zip < rows
// Reads rows of comma-separated features from standard input and prints, per row, the bits of Score and the alarm; first the last
// transformer's type.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(args[0], out DataViewSchema schema);
Console.WriteLine(((IEnumerable<ITransformer>)model).Last().GetType().Name);

var rows = new List<Row>();
while (Console.ReadLine() is string line)
    rows.Add(new Row { Features = [.. line.Split(',').Select(value => float.Parse(value, CultureInfo.InvariantCulture))] });

var definition = SchemaDefinition.Create(typeof(Row));
definition["Features"].ColumnType = schema["Features"].Type;
IDataView scored = model.Transform(mlContext.Data.LoadFromEnumerable(rows, definition));
foreach ((float score, bool alarm) in scored.GetColumn<float>("Score").Zip(scored.GetColumn<bool>("PredictedLabel")))
    Console.WriteLine($"{BitConverter.SingleToInt32Bits(score)} {alarm}");

internal sealed class Row
{
    public float[] Features { get; set; } = [];
}
