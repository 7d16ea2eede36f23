// Too many false alarms, or rows that have changed? A budget, drift, and p-values that follow, all without retraining.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

var mlContext = new MLContext(seed: 1);
IDataView file = mlContext.Data.LoadFromTextFile<Reading>(
    Path.Combine(AppContext.BaseDirectory, "shuttle.csv"), ',', hasHeader: true);
Reading[] all = [.. mlContext.Data.CreateEnumerable<Reading>(file, reuseRowObject: false)];
Reading[] normal = [.. all.Where(row => row.Label == 0)], strange = [.. all.Where(row => row.Label == 1)];
new Random(1).Shuffle(normal);

// Normal rows to train on, others to rank among, and a day of 10,000 rows of which 100 are strange.
var model = mlContext.Flows.PlanarFlow(contamination: 0).Fit(View(normal[..10_000])).Recalibrate(View(normal[10_000..20_000]));
IDataView today = model.Transform(View([.. normal[20_000..29_900], .. strange[..100]]));

Console.WriteLine($"A false-alarm rate of 1 % of normal rows: {Count(today)}");
AlarmSelection selection = mlContext.Flows.SelectAlarms(today, falseDiscoveryRate: 0.1);
Console.WriteLine($"A budget of 10 % of the alarms:           {Count(selection.Rows)}");

// After that day a sensor reads a tenth more.
Reading[] week = [.. normal[30_000..40_000].Select((row, i) => i < 1000 ? row : row.WithFirst(1.1f * row.Features[0]))];
float[] pValues = [.. model.Transform(View(week)).GetColumn<float>("PValue")];
var monitor = new DriftMonitor();
monitor.Calibrate(model.Transform(View(normal[40_000..])).GetColumn<float>("PValue"));
monitor.Watch(pValues);
Console.WriteLine($"The monitor sees at row {monitor.AlarmRow} that the rows have changed; they did at row 1000.");

Reading[] changed = week[1000..];
DriftReport report = mlContext.Flows.CheckDrift(model, View(changed));
Console.WriteLine($"Of these rows {report.AlarmRate:P1} alarm; moved most: {report.Features[0].Name}.");
var recalibrated = model.Recalibrate(View(changed[..5000]));
report = mlContext.Flows.CheckDrift(recalibrated, View(changed[5000..]));
Console.WriteLine($"Recalibrated on the first 5,000, of the others {report.AlarmRate:P1} alarm; drift: {report.IsDrift}.");

IDataView View(Reading[] rows) => mlContext.Data.LoadFromEnumerable(rows);

static string Count(IDataView rows)
{
    bool[] alarms = [.. rows.GetColumn<bool>("PredictedLabel")];
    float[] found = [.. rows.GetColumn<float>("Label").Where((_, i) => alarms[i])];
    return $"{found.Length} alarms, {found.Count(label => label == 0)} of them false, {found.Sum()} of 100 found";
}

internal sealed class Reading
{
    [LoadColumn(0, 8), VectorType(9)] public float[] Features { get; set; } = [];
    [LoadColumn(9)] public float Label { get; set; }

    public Reading WithFirst(float value) => new() { Features = [value, .. Features[1..]], Label = Label };
}
