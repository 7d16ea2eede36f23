using Microsoft.ML;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>p(x, color, shape) = sum_k weight_k N(x; mean_k, 0.5) color_k[c] shape_k[s]: all of it known.</summary>
internal static class KnownMixture
{
    private const double Scale = 0.5;
    private static readonly double[] Weights = [0.5, 0.3, 0.2];
    private static readonly double[][] Means = [[-2, 0], [1, 2], [2, -2]];
    private static readonly double[][] Colors = [[0.7, 0.2, 0.1, 0], [0, 0.1, 0.3, 0.6], [0.25, 0.25, 0.25, 0.25]];
    private static readonly double[][] Shapes = [[0.9, 0.1], [0.1, 0.9], [0.5, 0.5]];

    public static readonly string[] ColorNames = ["red", "green", "blue", "black"];

    public static readonly string[] ShapeNames = ["round", "square"];

    public static readonly string[] Columns = ["Color", "Shape"];

    public static MixedRow[] Draw(int count, int seed)
    {
        var random = new RandomStream(seed, 98);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int k = Pick(Weights, random);
            return new MixedRow
            {
                Features = [.. Means[k].Select(mean => (float)(mean + Scale * random.NextGaussian()))],
                Color = ColorNames[Pick(Colors[k], random)],
                Shape = ShapeNames[Pick(Shapes[k], random)],
            };
        })];
    }

    public static double LogDensity(MixedRow row)
    {
        int color = Array.IndexOf(ColorNames, row.Color), shape = Array.IndexOf(ShapeNames, row.Shape);
        return Math.Log(Enumerable.Range(0, Weights.Length).Sum(k => Weights[k] * Colors[k][color] * Shapes[k][shape]
            * Normal(row.Features[0] - Means[k][0]) * Normal(row.Features[1] - Means[k][1])));
    }

    public static IDataView View(MLContext context, IEnumerable<MixedRow> rows) => context.Data.LoadFromEnumerable(rows);

    private static double Normal(double x) => Math.Exp(-0.5 * x * x / (Scale * Scale)) / (Scale * Math.Sqrt(2 * Math.PI));

    private static int Pick(double[] shares, RandomStream random)
    {
        double u = random.NextDouble();
        int i = 0;
        while (i < shares.Length - 1 && (u -= shares[i]) >= 0)
            i++;
        return i;
    }
}
