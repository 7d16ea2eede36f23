// Which rows of a CSV file are strange? No labels are needed, and a row with a gap alarms instead of counting as one with a zero.
using Microsoft.ML;
using Microsoft.ML.Data;

// A file as sensors leave it: 10,000 readings of the space shuttle, with a gap in every thousandth.
string[] lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "shuttle.csv")).Take(10_001)];
for (int row = 1000; row < lines.Length; row += 1000)
    lines[row] = lines[row][lines[row].IndexOf(',')..];
File.WriteAllLines("readings.csv", lines);

var mlContext = new MLContext(seed: 1);
IDataView readings = mlContext.Data.LoadFromTextFile<Reading>("readings.csv", new TextLoader.Options
{
    Separators = [','],
    HasHeader = true,
    MissingRealsAsNaNs = true,                              // without it a gap is read as 0
});

var model = mlContext.Flows.PlanarFlow().Fit(readings);     // rows with a gap are left out of training
Scored[] scored = [.. mlContext.Data.CreateEnumerable<Scored>(model.Transform(readings), reuseRowObject: false)];

int[] alarms = [.. Enumerable.Range(0, scored.Length).Where(i => scored[i].PredictedLabel).OrderBy(i => scored[i].PValue)];
int gaps = alarms.Count(i => float.IsNaN(scored[i].PValue)), known = alarms.Count(i => scored[i].Label == 1);
File.WriteAllLines(
    "alarms.csv",
    [$"Row,PValue,{lines[0]}", .. alarms.Select(i => $"{i + 1},{scored[i].PValue},{lines[i + 1]}")]);

Console.WriteLine($"{alarms.Length} of {scored.Length} rows alarm: {gaps} with a gap, {known} that the labels call anomalies.");
Console.WriteLine($"The rarest is row {alarms[gaps] + 1} ({lines[alarms[gaps] + 1]}), p-value {scored[alarms[gaps]].PValue:g2}.");
Console.WriteLine($"They are in {Path.GetFullPath("alarms.csv")}");

internal class Reading
{
    [LoadColumn(0, 8), VectorType(9)] public float[] Features { get; set; } = [];
    [LoadColumn(9)] public float Label { get; set; }        // only to count what was found
}

internal sealed class Scored : Reading
{
    public float PValue { get; set; }                       // NaN where a feature is missing
    public bool PredictedLabel { get; set; }                // true is an alarm
}
