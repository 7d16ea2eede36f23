// Why is a row strange? An explanation shares its Score out among the features: what each adds, and what would be likely.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

const int Strangest = 3;
var mlContext = new MLContext(seed: 1);
string path = Path.Combine(AppContext.BaseDirectory, "wdbc.csv");
var options = new TextLoader.Options { Separators = [','], HasHeader = true };
IDataView cells = mlContext.Data.CreateTextLoader<Cell>(
    options, dataSample: new MultiFileSource(path)).Load(path);     // the sample's header names the features

var model = mlContext.Flows.PlanarFlow().Fit(cells);
IDataView scored = model.Transform(cells);
float[] highest = [.. scored.GetColumn<float>("Score").OrderDescending().Take(Strangest)];
IDataView strange = mlContext.Data.FilterRowsByColumn(scored, "Score", lowerBound: highest[^1]);

float[] scores = [.. strange.GetColumn<float>("Score")], labels = [.. strange.GetColumn<float>("Label")];
foreach (var (features, score, label) in mlContext.Flows.ExplainRows(model, strange, numberOfFeatures: 3)
    .Zip(scores, labels).OrderByDescending(row => row.Second))
{
    Console.WriteLine($"Score {score:F1} ({(label == 1 ? "malignant" : "benign")}), because of");
    foreach (FeatureContribution feature in features)
    {
        Console.WriteLine(
            $"  {feature.Name} = {feature.Value}: {feature.Contribution:F1} nats; {feature.Reference:g3} would be likely");
    }
}

internal sealed class Cell
{
    [LoadColumn(0, 29), VectorType(30)] public float[] Features { get; set; } = [];
    [LoadColumn(30)] public float Label { get; set; }
}
