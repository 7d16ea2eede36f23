// Trains a planar flow on half of the normal rows of each data set, scores the other half and all anomalies, saves and reloads
// the model, compares with ML.NET's RandomizedPca on the same split, and draws pictures. Prints one RESULT line per data set.
using System.Diagnostics;
using System.Globalization;
using AnomalyScoring;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] sets = args.Length > 0 ? args : ["wdbc", "shuttle"];
var failed = false;

foreach (string set in sets)
{
    string path = set.EndsWith(".csv", StringComparison.Ordinal)
        ? set
        : Path.Combine(AppContext.BaseDirectory, "data", set + ".csv");
    failed |= !Run(Path.GetFileNameWithoutExtension(path), path);
}

return failed ? 1 : 0;

static bool Run(string set, string path)
{
    var mlContext = new MLContext(seed: 1);
    LabeledData data = LabeledData.Load(mlContext, path, seed: 1);
    Console.WriteLine(
        $"{set}: train on {data.TrainCount} normal rows, test on {data.TestCount} rows ({data.AnomalyCount} anomalies), "
        + $"{data.FeatureCount} features");

    // Train.
    long start = Stopwatch.GetTimestamp();
    PlanarFlowTransformer model = mlContext.Flows.PlanarFlow().Fit(data.Train);
    double trainSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    Console.WriteLine(
        $"  trained in {trainSeconds:F2} s, stopped by {model.History.StopReason}, best step {model.History.BestStep}");

    // Score and evaluate.
    IDataView scored = model.Transform(data.Test);
    FlowMetrics metrics = mlContext.Flows.Evaluate(scored);
    Console.WriteLine($"  {metrics}");

    // Save, reload with plain ML.NET, score again.
    string zip = Path.Combine(Path.GetTempPath(), $"{set}-{Environment.ProcessId}.zip");
    mlContext.Model.Save(model, data.Train.Schema, zip);
    long zipBytes = new FileInfo(zip).Length;
    ITransformer reloaded = mlContext.Model.Load(zip, out _);
    File.Delete(zip);
    float[] scores = [.. scored.GetColumn<float>("Score")];
    bool identical = scores.AsSpan().SequenceEqual([.. reloaded.Transform(data.Test).GetColumn<float>("Score")]);

    int[] strangest = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(10)];
    ShowRows(data, scores, strangest);
    Console.WriteLine($"  pictures are in {Pictures.Draw(set, model, data, scored, metrics, strangest.Take(3))}");
    double pca = RandomizedPcaBaseline.AreaUnderRocCurve(mlContext, data);
    double rowsPerSecond = MeasureScoring(model, data);
    Console.WriteLine(
        $"RESULT {set} auroc={metrics.AreaUnderRocCurve:F4} auprc={metrics.AveragePrecision:F4} pca_auroc={pca:F4} "
        + $"train_s={trainSeconds:F2} "
        + $"train_rows_per_s={model.History.Progress[^1].RowsPerSecond:0.0e0} score_rows_per_s={rowsPerSecond:0.0e0} "
        + $"zip_bytes={zipBytes} "
        + $"reload_identical={(identical ? "true" : "false")}");
    Console.WriteLine();
    return identical;
}

static void ShowRows(LabeledData data, float[] scores, int[] strangest)
{
    Console.WriteLine("  the ten strangest rows:");
    foreach (int i in strangest)
    {
        LabeledRow row = data.TestRows[i];
        string values = string.Join(", ", row.Features.Take(6).Select((value, j) => $"{data.FeatureNames[j]} {value:G5}"));
        Console.WriteLine(
            $"    score {scores[i],10:F2}  {(row.Label > 0 ? "anomaly" : "normal ")}  "
            + $"{values}{(row.Features.Length > 6 ? ", ..." : "")}");
    }
}

// Rows per second through LogLikelihood(span): at least half a second of passes over the test rows, after one to warm up.
static double MeasureScoring(PlanarFlowTransformer model, LabeledData data)
{
    float[] rows = [.. data.TestRows.SelectMany(row => row.Features)];
    var result = new float[data.TestCount];
    model.LogLikelihood(rows, result);
    long start = Stopwatch.GetTimestamp();
    var passes = 0;
    do
    {
        model.LogLikelihood(rows, result);
        passes++;
    }
    while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.5);
    return passes * (double)data.TestCount / Stopwatch.GetElapsedTime(start).TotalSeconds;
}
