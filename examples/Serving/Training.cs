using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

namespace Serving;

/// <summary>A small model to serve where there is none: of normal rows of the space shuttle.</summary>
internal static class Training
{
    private const int TrainingRows = 10_000;
    private const int FreshRows = 5_000;

    public static void Run(string path, int seed)
    {
        var mlContext = new MLContext(seed);
        IDataView all = mlContext.Data.LoadFromTextFile<LabeledRow>(
            Path.Combine(AppContext.BaseDirectory, "data", "shuttle.csv"), ',', hasHeader: true);
        LabeledRow[] normal =
            [.. mlContext.Data.CreateEnumerable<LabeledRow>(all, reuseRowObject: false).Where(row => row.Label == 0)];
        new Random(seed).Shuffle(normal);
        IDataView training = mlContext.Data.LoadFromEnumerable(normal[..TrainingRows]);
        IDataView fresh = mlContext.Data.LoadFromEnumerable(normal[TrainingRows..(TrainingRows + FreshRows)]);

        PlanarFlowTransformer model = mlContext.Flows.PlanarFlow(contamination: 0).Fit(training);
        var monitor = new DriftMonitor(significance: 0.01);
        monitor.Calibrate(model.Transform(fresh).GetColumn<float>("PValue"));
        ModelFile.Save(mlContext, model, training.Schema, monitor, path);
    }

    private sealed class LabeledRow
    {
        [LoadColumn(0, 8), VectorType(9)] public float[] Features { get; set; } = [];

        [LoadColumn(9)] public float Label { get; set; }
    }
}
