using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>Categories enter a step as the logarithms of their shares, which the engine does not train.</summary>
public sealed class CategoriesTests
{
    [TorchTheory]
    [InlineData(true, null)]
    [InlineData(true, 0.1)]
    [InlineData(false, null)]
    public void Fit_WithCategories_IsAsGoodAsTheManagedEngine(bool withFeatures, double? contamination)
    {
        var context = new MLContext(1);
        IDataView train = context.Data.LoadFromEnumerable(Draw(1500, seed: 1)), fresh =
            context.Data.LoadFromEnumerable(Draw(2000, seed: 2));
        double Fitted(TrainingEngine engine) => context.Flows.PlanarFlow(new PlanarFlowEstimator.Options
        {
            Engine = engine,
            FeatureColumnName = withFeatures ? "Features" : null,
            CategoricalColumnNames = ["Kind", "Size"],
            Contamination = contamination,
            Seed = 1,
            MaximumSteps = 200,
            NumberOfMembers = 1,
            CalibrationFolds = 0,
        }).Fit(train).Transform(fresh).GetColumn<float>("LogLikelihood").Average(value => (double)value);

        double expected = Fitted(TrainingEngine.Managed), actual = Fitted(new TorchSharpEngine());

        Assert.True(Math.Abs(expected - actual) < 0.02, $"managed {expected} nats, TorchSharp {actual}");
    }

    private static Row[] Draw(int count, int seed)
    {
        float[][] rows = SyntheticRows.Draw(count, 2, seed);
        var random = new Random(seed);
        return [.. rows.Select(row => new Row
        {
            Features = row,
            Kind = row[0] > 0 == random.NextDouble() < 0.9 ? "a" : random.NextDouble() < 0.5 ? "b" : "c",
            Size = row[1] > 0 == random.NextDouble() < 0.8 ? "large" : "small",
        })];
    }

    private sealed class Row
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Kind { get; set; } = "";

        public string Size { get; set; } = "";
    }
}
