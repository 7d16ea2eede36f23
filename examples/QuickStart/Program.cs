using Microsoft.ML;
using Microsoft.ML.Data;

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromTextFile<Reading>("examples/data/shuttle.csv", ',', hasHeader: true);

var model = mlContext.Flows.PlanarFlow().Fit(data);         // no labels needed
IDataView scored = model.Transform(data);                   // LogLikelihood, Score, PValue, PredictedLabel

Console.WriteLine(mlContext.Flows.Evaluate(scored));        // labels only to see how well it did
mlContext.Model.Save(model, data.Schema, "model.zip");      // loads with plain mlContext.Model.Load anywhere

public sealed class Reading
{
    [LoadColumn(0, 8), VectorType(9)] public float[] Features { get; set; } = [];
    [LoadColumn(9)] public float Label { get; set; }
}
