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

    // A kind of machines with few rows alarms by default, though nothing is wrong with them. Given their kind, they do not.
    [Fact]
    public void Page_OnAKindThatIsRare_HasItJudgedByItself()
    {
        var mlContext = new MLContext(seed: 1);
        IDataView data = mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, 4000).Select(Machine.Of));
        Machine[] usual = [.. Enumerable.Range(4000, 1000).Select(Machine.Of)];
        Machine[] robots = [.. usual.Where(row => row.Kind == "robot")];
        Machine strange = usual.First(row => row.Kind == "mill");
        strange.Kind = "robot";

        ITransformer asCategory = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature")
            .Append(mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options { CategoricalColumnNames = ["Kind"] }))
            .Fit(data);
        var pipeline = mlContext.Transforms.Concatenate("Features", "Speed", "Temperature")
            .Append(mlContext.Transforms.Categorical.OneHotEncoding("KindOneHot", "Kind"))
            .Append(mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options { ContextColumnName = "KindOneHot" }));
        ITransformer given = pipeline.Fit(data);

        float[] PValues(ITransformer model, params Machine[] rows) =>
            [.. model.Transform(mlContext.Data.LoadFromEnumerable(rows)).GetColumn<float>("PValue")];
        Assert.InRange(PValues(asCategory, robots).Average(), 0, 0.1);
        Assert.InRange(PValues(given, robots).Average(), 0.3, 0.7);
        Assert.InRange(PValues(given, strange)[0], 0, 0.002);
    }

    private sealed class Machine
    {
        public string Kind { get; set; } = "";

        public float Speed { get; set; }

        public float Temperature { get; set; }

        // Three rows in a hundred are robots'.
        public static Machine Of(int i)
        {
            var random = new Random(i);
            float Noise() => random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
            (string kind, float usual) = (i % 100) switch { < 3 => ("robot", 2300), < 40 => ("saw", 1400f), _ => ("mill", 800) };
            float speed = usual + 60 * Noise();
            return new Machine { Kind = kind, Speed = speed, Temperature = 20 + speed / 40 + 2 * Noise() };
        }
    }

    private sealed class Payment
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Merchant { get; set; } = "";

        public string Country { get; set; } = "";
    }
}
