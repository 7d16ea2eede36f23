namespace MLNet.Flows.Quality.Detectors;

/// <summary>Mean and covariance of rows, and the squared Mahalanobis distance that they give.</summary>
internal sealed class Ellipsoid
{
    private readonly double[] _mean;

    // The covariance's Cholesky factor L: row by row, the lower triangle in a full square.
    private readonly double[] _factor;

    private Ellipsoid(double[] mean, double[] factor) => (_mean, _factor) = (mean, factor);

    /// <summary>log det of the covariance.</summary>
    public double LogDeterminant
    {
        get
        {
            int d = _mean.Length;
            return 2 * Enumerable.Range(0, d).Sum(j => Math.Log(_factor[j * d + j]));
        }
    }

    /// <param name="rows">At least one.</param>
    /// <param name="added">[d], added to the variances; above 0, so that no covariance is singular.</param>
    public static Ellipsoid Of(ReadOnlySpan<float[]> rows, double[] added)
    {
        int d = added.Length;
        double[] mean = Mean(rows);
        var covariance = new double[d * d];
        var centered = new double[d];
        foreach (float[] row in rows)
        {
            for (int j = 0; j < d; j++)
                centered[j] = row[j] - mean[j];
            for (int j = 0; j < d; j++)
            {
                double scaled = centered[j] / rows.Length;
                for (int k = 0; k <= j; k++)
                    covariance[j * d + k] += scaled * centered[k];
            }
        }

        for (int j = 0; j < d; j++)
            covariance[j * d + j] += added[j];
        Factor(covariance, d);
        return new Ellipsoid(mean, covariance);
    }

    /// <summary>The variance of each column.</summary>
    public static double[] Variances(float[][] rows)
    {
        double[] mean = Mean(rows);
        return [.. mean.Select((m, j) => rows.Average(row => (row[j] - m) * (row[j] - m)))];
    }

    /// <summary>Squared distances, [n].</summary>
    public double[] Distances(float[][] rows)
    {
        int d = _mean.Length;
        var solved = new double[d];
        return Array.ConvertAll(rows, row =>
        {
            double sum = 0;
            for (int j = 0; j < d; j++)
            {
                double value = row[j] - _mean[j];
                for (int k = 0; k < j; k++)
                    value -= _factor[j * d + k] * solved[k];
                solved[j] = value / _factor[j * d + j];
                sum += solved[j] * solved[j];
            }

            return sum;
        });
    }

    private static double[] Mean(ReadOnlySpan<float[]> rows)
    {
        var mean = new double[rows[0].Length];
        foreach (float[] row in rows)
        {
            for (int j = 0; j < mean.Length; j++)
                mean[j] += row[j] / (double)rows.Length;
        }

        return mean;
    }

    // Cholesky, in place. No pivot is smaller than the least that was added, which is far above rounding.
    private static void Factor(double[] matrix, int d)
    {
        for (int j = 0; j < d; j++)
        {
            for (int i = j; i < d; i++)
            {
                double value = matrix[i * d + j];
                for (int k = 0; k < j; k++)
                    value -= matrix[i * d + k] * matrix[j * d + k];
                matrix[i * d + j] = i == j ? Math.Sqrt(value) : value / matrix[j * d + j];
            }
        }
    }
}
