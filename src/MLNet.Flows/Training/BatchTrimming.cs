namespace MLNet.Flows.Training;

/// <summary>Leaves the least likely share of a batch out, the same for every engine.</summary>
internal static class BatchTrimming
{
    /// <summary>Sets weights to 0, from the lowest value on, as long as those left out make up no more than a share of
    /// all.</summary>
    /// <param name="values">[rows], under the present weights.</param>
    /// <param name="weights">[rows], changed.</param>
    /// <param name="fraction">The share of the batch's weight.</param>
    public static void Apply(ReadOnlySpan<float> values, Span<float> weights, float fraction)
    {
        double total = 0, trimmed = 0;
        foreach (float weight in weights)
            total += weight;
        double limit = fraction * (float)total;
        float[] keys = values.ToArray();
        int[] order = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, order);
        foreach (int row in order)
        {
            trimmed += weights[row];
            if (trimmed > limit)
                return;
            weights[row] = 0;
        }
    }
}
