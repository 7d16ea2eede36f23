using MLNet.Flows.Numerics;
using MLNet.Flows.Quality.Detectors;

namespace MLNet.Flows.Quality;

/// <summary>Alarms on fresh rows where a model had about as many columns as rows, or more, to learn from: independent standard
/// normal ones, so that nothing is odd.</summary>
internal static class WideCalibration
{
    private const double Rate = 0.01;
    private const int Fresh = 2000;

    /// <summary>Prints, per size and method, the share of alarms for each seed and their mean, which should be
    /// <see cref="Rate"/>.</summary>
    public static void Run(string[] methods, int seeds)
    {
        Console.WriteLine($"| rows x columns | method | alarms at {Rate:P0} by seed | mean |");
        Console.WriteLine("|---|---|---|---|");
        foreach (string method in methods.Where(method => Methods.Of(method).Create() is FlowDetector))
        {
            foreach (int rows in (int[])[150, 200, 400])
            {
                foreach (int columns in (int[])[100, 200, 500, 1000, 2000, 4000])
                {
                    double[] alarms = [.. Enumerable.Range(1, seeds).Select(seed => Alarms(method, rows, columns, seed))];
                    Console.WriteLine(
                        $"| {rows} x {columns} | {method} | {string.Join(" / ", alarms.Select(a => $"{a:P1}"))} | "
                        + $"{alarms.Average():P2} |");
                }
            }
        }
    }

    private static double Alarms(string method, int rows, int columns, int seed) => ((FlowDetector)Methods.Of(method).Create())
        .PValues(Normal(rows, columns, seed, 1), Normal(Fresh, columns, seed, 2), seed)
        .Average(p => p < (float)Rate ? 1.0 : 0);

    private static float[][] Normal(int count, int columns, int seed, ulong stream)
    {
        var random = new RandomStream(seed, stream);
        return [.. Enumerable.Range(0, count).Select(
            _ => (float[])[.. Enumerable.Range(0, columns).Select(_ => (float)random.NextGaussian())])];
    }
}
