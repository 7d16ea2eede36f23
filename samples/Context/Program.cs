// Is this load strange for this hour? The context (the hour) is what a row is judged by and never strange itself.
using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows;

// A hundred days: a low in the night, a peak in the afternoon, 2 MW of chance.
var random = new Random(1);
Reading[] past = [.. Enumerable.Range(0, 2400).Select(i =>
    Reading.At(i % 24, 50 - 20 * MathF.Cos((i % 24 - 3) * MathF.Tau / 24) + 2 * Gaussian(random)))];

var mlContext = new MLContext(seed: 1);
IDataView data = mlContext.Data.LoadFromEnumerable(past);
var options = new PlanarFlowEstimator.Options { ContextColumnName = "When", Contamination = 0 };
var given = mlContext.Flows.PlanarFlow(options).Fit(data);
var alone = mlContext.Flows.PlanarFlow(contamination: 0).Fit(data);

Reading[] today = [Reading.At(15, 68), Reading.At(3, 68), Reading.At(3, 31), Reading.At(15, 31), Reading.At(15, 95)];
IDataView fresh = mlContext.Data.LoadFromEnumerable(today);
float[] pGiven = [.. given.Transform(fresh).GetColumn<float>("PValue")];
float[] pAlone = [.. alone.Transform(fresh).GetColumn<float>("PValue")];

Console.WriteLine("hour  load  p-value given the hour  of the load alone  likely at that hour");
for (int i = 0; i < today.Length; i++)
{
    FeatureContribution load = given.Explain(today[i].Features, today[i].When)[0];
    Console.WriteLine($"{today[i].Hour,4}{load.Value,6}{pGiven[i],24:0.0000}{pAlone[i],19:0.0000}{load.Reference,21:F0}");
}

static float Gaussian(Random random) =>
    MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(MathF.Tau * random.NextSingle());

internal sealed class Reading
{
    [VectorType(1)] public float[] Features { get; set; } = [];     // the load, MW
    [VectorType(2)] public float[] When { get; set; } = [];         // the hour as an angle, so that 23 is next to 0
    public int Hour { get; set; }

    public static Reading At(int hour, float load)
    {
        float angle = MathF.Tau * hour / 24;
        return new Reading { Features = [load], When = [MathF.Sin(angle), MathF.Cos(angle)], Hour = hour };
    }
}
