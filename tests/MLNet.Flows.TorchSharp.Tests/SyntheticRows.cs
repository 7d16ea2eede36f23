using MLNet.Flows.Numerics;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>Rows to train on: three clusters in d columns, bent.</summary>
internal static class SyntheticRows
{
    public static float[][] Draw(int count, int dimension, int seed)
    {
        var random = new RandomStream(seed);
        var rows = new float[count][];
        for (int i = 0; i < count; i++)
        {
            double center = 3 * random.NextInt32(3), bend = random.NextGaussian();
            rows[i] = [.. Enumerable.Range(0, dimension).Select(
                d => (float)(center + Math.Sin(d + 1.5 * bend) + 0.3 * random.NextGaussian()))];
        }

        return rows;
    }

    public static FeatureMatrix Matrix(int count, int dimension, int seed)
    {
        var matrix = new FeatureMatrix(dimension);
        foreach (float[] row in Draw(count, dimension, seed))
            row.CopyTo(matrix.AddRow());
        return matrix;
    }
}
