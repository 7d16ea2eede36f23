using Microsoft.ML;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/cross-validation.md, as it stands there.</summary>
public sealed class CrossValidationPageTests
{
    [Fact]
    public void Page_FromTwoEstimatorsToOne_RunsAsItStands()
    {
        IDataView data = new MLContext(1).Data.LoadFromEnumerable(Draw(600));
        IEstimator<ITransformer> columns = new MLContext(1).Transforms.Concatenate("Features", "X", "Y");

        var mlContext = new MLContext(seed: 1);
        var estimators = new Dictionary<string, IEstimator<ITransformer>>
        {
            ["planar"] = columns.Append(mlContext.Flows.PlanarFlow(contamination: 0)),
            ["spline"] = columns.Append(mlContext.Flows.NeuralSpline(contamination: 0)),
        };
        CrossValidationComparison comparison = mlContext.Flows.CrossValidate(
            data, estimators, numberOfFolds: 5, labelColumnName: "Label");
        Console.WriteLine(comparison);

        CrossValidationResult result = mlContext.Flows.CrossValidate(data, estimators["planar"]);
        Console.WriteLine($"{result.MeanLogLikelihood:F3} nats, {result.AlarmRate:P2} alarms on rows not seen");

        Assert.All(comparison, each => Assert.True(each.AreaUnderRocCurve > 0.95));
        Assert.Contains("spline", comparison.ToString());
        Assert.Equal(600, result.RowCount);
    }

    // A ring, and one row in forty within it.
    private static Row[] Draw(int count)
    {
        var random = new RandomStream(2);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                bool anomaly = i % 40 == 0;
                double angle = 2 * Math.PI * random.NextDouble(), radius = (anomaly ? 0.5 : 4) + 0.3 * random.NextGaussian();
                return new Row { X = (float)(radius * Math.Cos(angle)), Y = (float)(radius * Math.Sin(angle)), Label = anomaly };
            }),
        ];
    }

    private sealed class Row
    {
        public float X { get; set; }

        public float Y { get; set; }

        public bool Label { get; set; }
    }
}
