using MLNet.Flows.Numerics;
using MLNet.Flows.Quality;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>Rows to train on and rows held out.</summary>
/// <param name="Name">As it is printed.</param>
/// <param name="Dimension">Columns.</param>
/// <param name="Train">[n, Dimension].</param>
/// <param name="Test">[m, Dimension].</param>
/// <param name="Truth">The true mean negative log-density of the rows held out, in nats; null where nobody knows.</param>
internal sealed record DensitySet(string Name, int Dimension, float[] Train, float[] Test, double? Truth)
{
    private const int HeldOutDraws = 20_000;
    private const int Seed = 1;

    /// <summary>A known density's rows.</summary>
    /// <param name="density">What to draw from.</param>
    /// <param name="rows">Rows to train on.</param>
    public static DensitySet Of(KnownDensity density, int rows)
    {
        (float[] train, _) = density.Draw(rows, seed: 1);
        (float[] test, double[] logDensity) = density.Draw(HeldOutDraws, seed: 2);
        return new DensitySet(density.Name, density.Dimension, train, test, -logDensity.Average());
    }

    /// <summary>The normal rows of a file of rows with labels: a random half to train on, the other held out.</summary>
    /// <remarks>Whole numbers have no density, and a model's likelihood of rows held out would grow without end the closer it
    /// draws density to them. So each value gets uniform noise as wide as the unit of its column: 1 where all its values are
    /// whole, else 0.01, the unit that the tablet of pendigits had before the file was scaled to [0, 1].</remarks>
    /// <param name="file">A CSV with a header, features, and Label (1 = anomaly) last.</param>
    /// <param name="rows">Rows to train on at most.</param>
    public static DensitySet Load(string file, int rows)
    {
        LabeledSet set = LabeledSet.Load(file);
        float[][] normal = [.. set.Rows.Where((_, i) => !set.Labels[i])];
        var random = new RandomStream(Seed);
        random.Shuffle<float[]>(normal);
        for (int j = 0; j < set.Dimension; j++)
        {
            float unit = Array.TrueForAll(normal, row => row[j] == MathF.Round(row[j])) ? 1 : 0.01f;
            foreach (float[] row in normal)
                row[j] += unit * ((float)random.NextDouble() - 0.5f);
        }

        int half = normal.Length / 2;
        return new DensitySet(
            set.Name, set.Dimension, Values(normal[..Math.Min(half, rows)]), Values(normal[half..]), Truth: null);
    }

    private static float[] Values(float[][] rows) => [.. rows.SelectMany(row => row)];
}
