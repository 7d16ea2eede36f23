using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.Docs;

/// <summary>The code of docs/how-to/categories.md, as it stands there.</summary>
public sealed class CategoriesPageTests
{
    [Fact]
    public void Page_OnCategories_RunsAsItStands()
    {
        IDataView data = new MLContext(1).Data.LoadFromEnumerable(Enumerable.Range(0, 300).Select(i => new Payment
        {
            Features = [MathF.Sin(i) + i % 2, 0.1f * (i % 17)],
            Merchant = i % 2 == 0 ? "food" : "fuel",
            Country = i % 5 == 0 ? "far" : "home",
        }));
        var strange = new Payment { Features = [0.5f, 0.5f], Merchant = "lottery", Country = "home" };

        var mlContext = new MLContext(seed: 1);
        var options = new PlanarFlowEstimator.Options { CategoricalColumnNames = ["Merchant", "Country"], Seed = 1 };
        PlanarFlowTransformer model = mlContext.Flows.PlanarFlow(options).Fit(data);
        IDataView scored = model.Transform(data);                       // features and categories are read
        IDataView drawn = mlContext.Flows.Sample(model, rows: 100);     // with both
        foreach (FeatureContribution part in mlContext.Flows.Explain(model, strange, numberOfFeatures: 2))
            Console.WriteLine($"{part.Name} adds {part.Contribution:F1} nats");   // Merchant=unknown adds ...

        Assert.Equal(300, scored.GetColumn<float>("PValue").Count(p => p is >= 0 and <= 1));
        Assert.Equal(100, drawn.GetColumn<string>("Merchant").Count(merchant => merchant is "food" or "fuel"));
        Assert.Equal("Merchant=unknown", mlContext.Flows.Explain(model, strange, numberOfFeatures: 1)[0].Name);
    }

    private sealed class Payment
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Merchant { get; set; } = "";

        public string Country { get; set; } = "";
    }
}
