using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Where a planar stack starts: hyperplanes through data, close to the identity.</summary>
internal static class PlanarInitialization
{
    private const double StartingU = 0.01;
    private const float LargestStartingB = 10;

    /// <summary>w ~ N(0, 1) / sqrt(columns), u ~ 0.01 N(0, 1), b = -w.x for a random training row x.</summary>
    /// <param name="data">Preprocessed rows.</param>
    /// <param name="rows">Training rows.</param>
    /// <param name="layers">K.</param>
    /// <param name="mask">[K, D] of 0 and 1, or null for all 1.</param>
    /// <param name="random">The stream to draw from.</param>
    /// <param name="parameters">Receives [W | U | b].</param>
    public static void Fill(
        FeatureMatrix data, ReadOnlySpan<int> rows, int layers, float[]? mask, RandomStream random, Span<float> parameters)
    {
        int dimension = data.Dimension, size = layers * dimension;
        double columns = mask is null ? dimension : (dimension + 1) / 2;
        for (int k = 0; k < layers; k++)
        {
            ReadOnlySpan<float> row = data.Row(rows[random.NextInt32(rows.Length)]);
            double b = 0;
            for (int d = 0; d < dimension; d++)
            {
                int i = k * dimension + d;
                float keep = mask is null ? 1 : mask[i];
                parameters[i] = keep * (float)(random.NextGaussian() / Math.Sqrt(columns));
                parameters[size + i] = keep * (float)(StartingU * random.NextGaussian());
                b -= (double)parameters[i] * row[d];
            }

            // A row far out (1e15 scales) would put the hyperplane out of reach of all others.
            parameters[2 * size + k] = (float)Math.Clamp(b, -LargestStartingB, LargestStartingB);
        }
    }

    /// <summary>[K, D]: 1 on a random half (rounded up) of the columns of each layer, else 0.</summary>
    public static float[] DrawMask(int dimension, int layers, RandomStream random)
    {
        var mask = new float[layers * dimension];
        int[] columns = [.. Enumerable.Range(0, dimension)];
        for (int k = 0; k < layers; k++)
        {
            random.Shuffle<int>(columns);
            foreach (int d in columns.AsSpan(0, (dimension + 1) / 2))
                mask[k * dimension + d] = 1;
        }

        return mask;
    }
}
