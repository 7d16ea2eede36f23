using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>Readings of a pump whose truth is known: temperature and pressure follow the speed. In a planted reading each value
/// is one that normal readings have too, but they do not go together.</summary>
internal static class Pump
{
    private const int Count = 2000;

    /// <summary>The minutes whose readings are planted.</summary>
    public static readonly int[] Planted = [300, 777, 1500];

    private static readonly Lazy<float[]> TrainedInMemory = new(() =>
    {
        var mlContext = new MLContext();
        IDataView rows = View(mlContext);
        return Scores(Pipeline(mlContext).Fit(rows).Transform(rows));
    });

    public static Reading[] Readings()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Count).Select(minute =>
        {
            double speed = 20 + 10 * random.NextDouble();
            double followed = Planted.Contains(minute) ? 50 - speed + (speed < 25 ? 2 : -2) : speed;
            return new Reading
            {
                Minute = minute,
                Speed = (float)speed,
                Temperature = (float)(30 + 1.5 * followed + 0.5 * Noise(random)),
                Pressure = (float)(0.01 * followed * followed + 0.1 * Noise(random)),
            };
        })];
    }

    /// <summary>The readings as a view in memory.</summary>
    public static IDataView View(MLContext mlContext) => mlContext.Data.LoadFromEnumerable(Readings());

    /// <summary>The recipes' pipeline with a seed of its own: an unspecified one is drawn from the context, from which most of
    /// ML.NET's loaders draw too.</summary>
    public static EstimatorChain<PlanarFlowTransformer> Pipeline(MLContext mlContext) => mlContext.Transforms
        .Concatenate("Features", "Speed", "Temperature", "Pressure")
        .Append(mlContext.Flows.PlanarFlow(new PlanarFlowEstimator.Options { Seed = 1 }));

    /// <summary>The model gives these rows the scores that it gives the readings in memory, and they train the same
    /// model.</summary>
    public static void AssertSameAsInMemory(MLContext mlContext, ITransformer model, IDataView rows)
    {
        Assert.Equal(Scores(model.Transform(View(mlContext))), Scores(model.Transform(rows)));
        Assert.Equal(TrainedInMemory.Value, Scores(Pipeline(mlContext).Fit(rows).Transform(rows)));
    }

    public static float[] Scores(IDataView scored) => [.. scored.GetColumn<float>("Score")];

    /// <summary>The minutes of the strangest readings, as many as are planted, in order.</summary>
    public static IEnumerable<int> Strangest(IDataView scored) => Scores(scored)
        .Select((score, minute) => (score, minute)).OrderByDescending(row => row.score).Take(Planted.Length)
        .Select(row => row.minute).Order();

    /// <summary>A draw from the standard normal distribution.</summary>
    public static double Noise(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
