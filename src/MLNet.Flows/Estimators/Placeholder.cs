using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators;

/// <summary>A value that repeats far from the bulk of its column, such as -999 or 9999: likely a code for a missing
/// one.</summary>
/// <param name="Column">Its column.</param>
/// <param name="Value">The value.</param>
/// <param name="Count">Rows that hold it.</param>
internal sealed record Placeholder(int Column, float Value, int Count)
{
    private const int MaximumDistinct = 10_000;

    /// <summary>The value that makes up half or more of those far out, and at least two; null where there is none.</summary>
    /// <param name="matrix">[n, d], as read.</param>
    /// <param name="column">The column.</param>
    /// <param name="median">The center of its bulk.</param>
    /// <param name="limit">Values further than this from it are far out.</param>
    public static Placeholder? Find(FeatureMatrix matrix, int column, double median, double limit)
    {
        var counts = new Dictionary<float, int>();
        int far = 0;
        for (int i = 0; i < matrix.RowCount; i++)
        {
            float value = matrix.Row(i)[column];
            if (Math.Abs(value - median) <= limit)
                continue;
            far++;
            if (counts.TryGetValue(value, out int count) || counts.Count < MaximumDistinct)
                counts[value] = count + 1;
        }

        if (far == 0)
            return null;
        (float most, int repeats) = counts.MaxBy(pair => pair.Value);
        return repeats >= 2 && 2 * repeats >= far ? new Placeholder(column, most, repeats) : null;
    }
}
