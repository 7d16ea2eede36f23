using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators;

/// <summary>The columns with values far from their bulk, which get location and scale from the bulk instead of from all
/// values.</summary>
/// <remarks>
/// Two cells of -999 among 10,000 standard normal ones make the standard deviation 14: standardized by it, a value at +8 looks
/// ordinary. So
/// 1. the bulk of a column is its median and the distance D within which 90 % of its values lie. A smallest or largest value that
///    repeats counts for neither unless half of the rows hold it, because that is how codes for missing values look; where most
///    values are the median itself (a zero-inflated column), D covers 90 % of the others.
/// 2. Values further than <see cref="FarApart"/> D from the median are far out. A column without any keeps mean and standard
///    deviation of all.
/// 3. Where a value repeats far out, the column takes mean and standard deviation of the values that are not far out.
/// 4. Where the values far out differ, they may be the tail of the data, which ranks rows well at the scale that it sets: the
///    column's scale is then at most <see cref="LargestRatio"/> times the standard deviation of the others. A tail that sets less
///    than that is left alone.
/// 5. In the columns of 3 and 4, what lies beyond <see cref="Threshold"/> scales is pulled in by a <see cref="SymmetricLog"/>.
/// </remarks>
internal sealed class HeavyTails
{
    /// <summary>Scales from the bulk's location at which the logarithm begins.</summary>
    public const float Threshold = 8;

    // Of a normal column D is 1.6 standard deviations. docs/quality.md says what other limits do to detection.
    private const double FarApart = 20;
    private const double LargestRatio = 4;
    private const double Bulk = 0.9;
    private const int MaximumRows = 2001;

    private HeavyTails(int[] columns, Placeholder[] placeholders, Standardization standardization)
    {
        Columns = columns;
        Placeholders = placeholders;
        Standardization = standardization;
    }

    /// <summary>Indices of the columns, ascending.</summary>
    public int[] Columns { get; }

    /// <summary>Values far out that repeat, at most one a column, by column.</summary>
    public Placeholder[] Placeholders { get; }

    /// <summary>What was given, with location and scale of these columns taken from their bulk.</summary>
    public Standardization Standardization { get; }

    /// <summary>[d], per standardized column how far it is taken at its word: <see cref="Threshold"/>, or without end; empty
    /// where no column is heavy-tailed.</summary>
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
    /// <param name="checkpoint">Called for each column; throws where the caller cancelled.</param>
    public static HeavyTails Find(
        FeatureMatrix matrix, ReadOnlySpan<float> weights, Standardization moments, Action? checkpoint = null)
    {
        (float[] lowest, float[] highest) = matrix.Ranges();
        var columns = new List<int>();
        var placeholders = new List<Placeholder>();
        float[] location = moments.Mean.ToArray(), scale = moments.Scale.ToArray();
        bool changed = false;
        for (int d = 0; d < matrix.Dimension; d++)
        {
            checkpoint?.Invoke();
            (double median, double distance) = BulkOf(matrix, d);
            double limit = FarApart * distance;
            changed |= KeepDifferencesFinite(ref location[d], ref scale[d], lowest[d], highest[d]);
            if (!(highest[d] - median > limit || median - lowest[d] > limit))
                continue;
            (float mean, float deviation) = Moments(matrix, weights, d, median, limit);
            Placeholder? placeholder = Placeholder.Find(matrix, d, median, limit);
            if (placeholder is null && scale[d] <= LargestRatio * deviation)
                continue;
            columns.Add(d);
            (location[d], scale[d]) =
                (mean, placeholder is null ? Standardization.ClampScale(LargestRatio * deviation) : deviation);
            KeepDifferencesFinite(ref location[d], ref scale[d], lowest[d], highest[d]);
            if (placeholder is not null)
                placeholders.Add(placeholder);
        }

        return new HeavyTails(
            [.. columns], [.. placeholders], columns.Count > 0 || changed ? new Standardization(location, scale) : moments);
    }

    // Between 3e38 and -3e38 lies more than the largest Single: the location is moved until neither is further from it, and the
    // scale counts from there.
    private static bool KeepDifferencesFinite(ref float location, ref float scale, double lowest, double highest)
    {
        if (highest - lowest <= float.MaxValue)
            return false;
        double moved = Math.Clamp(location, highest - float.MaxValue, lowest + float.MaxValue), shift = moved - location;
        (location, scale) = ((float)moved, Standardization.ClampScale(Math.Sqrt((double)scale * scale + shift * shift)));
        return true;
    }

    private static (double Median, double Distance) BulkOf(FeatureMatrix matrix, int column)
    {
        int count = Math.Min(matrix.RowCount, MaximumRows);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = matrix.Row((int)((long)i * matrix.RowCount / count))[column];
        SingleOrder.Sort(values);
        ReadOnlySpan<float> bulk = WithoutRepeatedEnds(values);
        double median = bulk[bulk.Length / 2];
        double[] distances = Distances(bulk, median);
        double half = distances[distances.Length / 2];

        // Of two values one is the median, and 90 % of the distances would be its own, which is 0.
        if (half > 0)
            return (median, Math.Max(DistanceOfBulk(distances), half));

        // Of the others all count, as few of them may be among the rows looked at.
        Span<float> others = OthersThan(matrix, column, (float)median);
        SingleOrder.Sort(others);
        return (
            median,
            others.IsEmpty ? double.PositiveInfinity : DistanceOfBulk(Distances(WithoutRepeatedEnds(others), median)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Span<float> OthersThan(FeatureMatrix matrix, int column, float median)
    {
        var others = new float[matrix.RowCount];
        int count = 0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            float value = matrix.Row(i)[column];
            others[count] = value;
            count += value == median ? 0 : 1;
        }

        return others.AsSpan(0, count);
    }

    // The ascending values without the smallest and without the largest, where it repeats and fewer than half of the values are
    // it.
    private static ReadOnlySpan<float> WithoutRepeatedEnds(ReadOnlySpan<float> ascending)
    {
        int start = 0, end = ascending.Length, half = ascending.Length / 2;
        while (start < half && ascending[start] == ascending[0])
            start++;
        while (end > half && ascending[end - 1] == ascending[^1])
            end--;
        start = start is 1 || start == half ? 0 : start;
        end = end == ascending.Length - 1 || end == half ? ascending.Length : end;
        return end - start > 2 ? ascending[start..end] : ascending;
    }

    // Of ascending values, ascending: from the median outwards, from either side whichever is nearer.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Distances(ReadOnlySpan<float> values, double median)
    {
        int above = 0;
        while (above < values.Length && values[above] < median)
            above++;
        var distances = new double[values.Length];
        int below = above - 1;
        for (int i = 0; i < distances.Length; i++)
        {
            double down = below >= 0 ? median - values[below] : double.PositiveInfinity;
            double up = above < values.Length ? values[above] - median : double.PositiveInfinity;
            distances[i] = Math.Min(down, up);
            if (down <= up)
                below--;
            else
                above++;
        }

        return distances;
    }

    private static double DistanceOfBulk(double[] ascending) => ascending[(int)(Bulk * (ascending.Length - 1))];

    // Mean and standard deviation of the values that are not far out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Mean, float Scale) Moments(
        FeatureMatrix matrix, ReadOnlySpan<float> weights, int column, double median, double limit)
    {
        double total = 0, sum = 0, squares = 0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            double x = matrix.Row(i)[column] - median, weight = weights.IsEmpty ? 1 : weights[i];
            if (!(Math.Abs(x) <= limit))
                continue;
            total += weight;
            sum += weight * x;
            squares += weight * x * x;
        }

        double mean = sum / total;
        return ((float)(median + mean), Standardization.ClampScale(Math.Sqrt(Math.Max(squares / total - mean * mean, 0))));
    }
}
