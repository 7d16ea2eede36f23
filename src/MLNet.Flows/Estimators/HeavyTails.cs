using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators;

/// <summary>The columns where a few values lie so far out that mean and standard deviation say nothing about the others.</summary>
/// <remarks>
/// A value of 1e30 among ones makes the standard deviation 1e28: standardized by it, all ones become one point. Such a column takes location and
/// scale from its bulk, and what lies beyond <see cref="Threshold"/> scales is pulled in by a <see cref="SymmetricLog"/>.
/// </remarks>
internal sealed class HeavyTails
{
    /// <summary>Scales from the bulk's location at which the logarithm begins.</summary>
    public const float Threshold = 8;

    // Of a normal column the standard deviation is 0.6 of the 90 % distance, of measured heavy-tailed ones up to some tens; far values are then a property of
    // the data that ranks rows well as it is. A thousand takes values that stand for something else, or are broken.
    private const double FarApart = 1000;
    private const double Bulk = 0.9;
    private const double ReachOfBulk = 20;
    private const int MaximumRows = 2001;

    private HeavyTails(int[] columns, Standardization standardization)
    {
        Columns = columns;
        Standardization = standardization;
    }

    /// <summary>Indices of the columns, ascending.</summary>
    public int[] Columns { get; }

    /// <summary>What was given, with location and scale of these columns taken from their bulk.</summary>
    public Standardization Standardization { get; }

    /// <summary>[d], per standardized column how far it is taken at its word: <see cref="Threshold"/>, or without end; empty where no column is heavy-tailed.</summary>
    public float[] Limits(int dimension)
    {
        if (Columns.Length == 0)
            return [];
        var limits = new float[dimension];
        Array.Fill(limits, float.PositiveInfinity);
        foreach (int column in Columns)
            limits[column] = Threshold;
        return limits;
    }

    /// <param name="matrix">[n, d], columns that vary, as read.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="moments">Mean and standard deviation of all values.</param>
    public static HeavyTails Find(FeatureMatrix matrix, ReadOnlySpan<float> weights, Standardization moments)
    {
        var columns = new List<int>();
        float[] location = moments.Mean.ToArray(), scale = moments.Scale.ToArray();
        for (int d = 0; d < matrix.Dimension; d++)
        {
            (double median, double distance) = BulkOf(matrix, d);
            if (!(scale[d] > FarApart * distance))
                continue;
            columns.Add(d);
            (location[d], scale[d]) = Moments(matrix, weights, d, median, distance);
        }

        return new HeavyTails([.. columns], columns.Count == 0 ? moments : new Standardization(location, scale));
    }

    // The median, and how far 90 % of the values lie from it at most; where most values are the median itself, 90 % of the others.
    private static (double Median, double Distance) BulkOf(FeatureMatrix matrix, int column)
    {
        int count = Math.Min(matrix.RowCount, MaximumRows);
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = matrix.Row((int)((long)i * matrix.RowCount / count))[column];
        Array.Sort(values);
        double median = values[count / 2];
        double[] distances = [.. values.Select(value => Math.Abs(value - median)).Order()];
        double distance = distances[(int)(Bulk * (count - 1))];
        if (distance > 0)
            return (median, distance);
        double[] others = [.. distances.SkipWhile(d => d == 0)];
        return (median, others.Length == 0 ? double.PositiveInfinity : others[(int)(Bulk * (others.Length - 1))]);
    }

    // Mean and standard deviation of the values within reach of the bulk.
    private static (float Mean, float Scale) Moments(FeatureMatrix matrix, ReadOnlySpan<float> weights, int column, double median, double distance)
    {
        double total = 0, sum = 0, squares = 0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            double x = matrix.Row(i)[column] - median, weight = weights.IsEmpty ? 1 : weights[i];
            if (!(Math.Abs(x) <= ReachOfBulk * distance))
                continue;
            total += weight;
            sum += weight * x;
            squares += weight * x * x;
        }

        double mean = sum / total;
        return ((float)(median + mean), (float)Math.Clamp(Math.Sqrt(Math.Max(squares / total - mean * mean, 0)), 1e-30, 1e38));
    }
}
