using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Docs;

/// <summary>A row as the examples in the documentation have it.</summary>
public sealed class Reading
{
    [VectorType(2)]
    public float[] Features { get; set; } = [0, 0];

    [VectorType(1)]
    public float[] Hour { get; set; } = [0];

    public float Temperature { get; set; }

    public float Pressure { get; set; }

    public string Machine { get; set; } = "press";

    public bool Label { get; set; }
}

/// <summary>Made-up readings of two machines: pressure rises with temperature.</summary>
internal static class ReadingRows
{
    public static IDataView Normal(MLContext context, int count, int seed) =>
        context.Data.LoadFromEnumerable(Rows(count, seed, anomalies: 0));

    /// <summary>One row in twenty with a pressure that does not go with its temperature.</summary>
    public static IDataView WithAnomalies(MLContext context, int count, int seed) =>
        context.Data.LoadFromEnumerable(Rows(count, seed, anomalies: count / 20));

    private static Reading[] Rows(int count, int seed, int anomalies)
    {
        var random = new RandomStream(seed, 0);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            double hot = random.NextGaussian();
            float temperature = (float)(20 + hot);
            float pressure = (float)(1000 + 5 * hot + random.NextGaussian()) + (i < anomalies ? 40 : 0);
            return new Reading
            {
                Features = [temperature, pressure],
                Hour = [i % 24],
                Temperature = temperature,
                Pressure = pressure,
                Machine = i % 2 == 0 ? "press" : "drill",
                Label = i < anomalies,
            };
        })];
    }
}
