// Does this payment make sense? Text columns join the density: values that do not go together are strange, and so are new ones.
using Microsoft.ML;
using MLNet.Flows;

// Three habits: groceries at home, fuel on the way, hotels abroad.
var random = new Random(1);
(string Shop, string[] Countries, float Amount)[] habits =
    [("groceries", ["home", "home", "near"], 40), ("fuel", ["home", "near"], 60), ("hotel", ["near", "far"], 120)];
Payment[] past = [.. Enumerable.Range(0, 5000).Select(_ =>
{
    var (shop, countries, amount) = habits[random.Next(habits.Length)];
    string country = countries[random.Next(countries.Length)];
    return new Payment(shop, country, amount * MathF.Exp(random.NextSingle() - 0.5f));
})];

var mlContext = new MLContext(seed: 1);
var options = new PlanarFlowEstimator.Options
{
    CategoricalColumnNames = ["Shop", "Country"],
    Contamination = 0,                                      // these rows are known to be clean
};
var model = mlContext.Transforms.Concatenate("Features", "LogAmount")
    .Append(mlContext.Flows.PlanarFlow(options))
    .Fit(mlContext.Data.LoadFromEnumerable(past));

Payment[] today =
[
    new("groceries", "home", 35),
    new("hotel", "far", 150),
    new("groceries", "far", 60),        // a shop and a country that never went together
    new("groceries", "home", 900),
    new("lottery", "home", 50),         // a shop that was never seen
    new("", "home", 50),                // missing is a value of its own, and new here
];
using var engine = mlContext.Model.CreatePredictionEngine<Payment, Verdict>(model);
foreach (Payment payment in today)
{
    Verdict verdict = engine.Predict(payment);
    FeatureContribution why = mlContext.Flows.Explain(model, payment, numberOfFeatures: 1)[0];
    string likely = why.ReferenceCategory ?? $"{MathF.Exp(why.Reference):F0}";
    string alarm = verdict.PredictedLabel ? $"ALARM: {why.Name} adds {why.Contribution:F1} nats; likely: {likely}" : "";
    Console.WriteLine($"{payment.Shop,-9} {payment.Country,-4} {payment.Amount,3}  p-value {verdict.PValue:0.0000}  {alarm}");
}

internal sealed class Payment(string shop, string country, float amount)
{
    public string Shop { get; set; } = shop;
    public string Country { get; set; } = country;
    public float Amount { get; set; } = amount;
    public float LogAmount { get; set; } = MathF.Log(amount);       // amounts spread by factors
}

internal sealed class Verdict
{
    public float PValue { get; set; }
    public bool PredictedLabel { get; set; }
}
