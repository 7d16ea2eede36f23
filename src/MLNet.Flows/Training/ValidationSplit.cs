using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Which rows train and which validate: equal rows always fall on the same side, so duplicates cannot leak.</summary>
/// <param name="Train">Row numbers.</param>
/// <param name="Validation">Row numbers; empty where there are too few distinct rows to spare any.</param>
internal sealed record ValidationSplit(int[] Train, int[] Validation)
{
    /// <summary>Validation rows at most: enough for a mean, few enough to evaluate often.</summary>
    public const int MaximumValidationRows = 2000;

    private const int FewestDistinctRows = 20;

    /// <summary>Draws groups of equal rows until the validation share is reached; without validation below 20 distinct
    /// rows.</summary>
    /// <param name="data">[n, d].</param>
    /// <param name="fraction">Share of the rows, in [0, 0.5].</param>
    /// <param name="random">Decides which groups.</param>
    public static ValidationSplit Draw(FeatureMatrix data, double fraction, RandomStream random)
    {
        // Rows sorted by a hash that the seed has scrambled: equal rows lie together, in groups in random order.
        ulong salt = random.NextUInt64();
        var keys = new ulong[data.RowCount];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = RandomStream.Mix(Hash(data.Row(i)) ^ salt);
        int[] rows = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, rows);

        int wanted = (int)Math.Min(fraction * rows.Length, MaximumValidationRows);
        if (wanted == 0 || Groups(keys).Take(FewestDistinctRows).Count() < FewestDistinctRows)
        {
            Array.Sort(rows);
            return new ValidationSplit(rows, []);
        }

        var validation = new List<int>(wanted);
        var train = new List<int>(rows.Length);
        foreach ((int start, int count) in Groups(keys))
        {
            // A group too large for what is still wanted (a value that most rows share) trains.
            (validation.Count + count <= wanted ? validation : train).AddRange(rows.AsSpan(start, count));
        }

        validation.Sort();
        train.Sort();
        return new ValidationSplit([.. train], [.. validation]);
    }

    private static IEnumerable<(int Start, int Count)> Groups(ulong[] keys)
    {
        for (int start = 0, end; start < keys.Length; start = end)
        {
            for (end = start + 1; end < keys.Length && keys[end] == keys[start];)
                end++;
            yield return (start, end - start);
        }
    }

    // 64-bit FNV-1a over the bits, a float at a time, with -0 counted as 0.
    private static ulong Hash(ReadOnlySpan<float> row)
    {
        ulong hash = 14695981039346656037ul;
        foreach (float value in row)
            hash = (hash ^ (uint)BitConverter.SingleToInt32Bits(value == 0 ? 0f : value)) * 1099511628211ul;
        return hash;
    }
}
