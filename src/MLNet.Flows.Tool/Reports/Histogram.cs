namespace MLNet.Flows.Tool.Reports;

/// <summary>Counts values in bins of equal width.</summary>
internal static class Histogram
{
    // Far out there are few: they are counted in the bins at the ends.
    private const double Tail = 0.005;

    /// <summary>Edges of bins between the values' outer quantiles.</summary>
    public static double[] Edges(IEnumerable<float> values, int bins)
    {
        float[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            return [.. Enumerable.Range(0, bins + 1).Select(i => (double)i / bins)];
        double low = sorted[(int)(Tail * (sorted.Length - 1))];
        double high = sorted[(int)((1 - Tail) * (sorted.Length - 1))];
        if (!(high > low))
            (low, high) = (low - 0.5, low + 0.5);
        return [.. Enumerable.Range(0, bins + 1).Select(i => low + ((high - low) * i / bins))];
    }

    /// <summary>Shares of the values in each bin; those beyond the ends count in the first and the last.</summary>
    public static double[] Shares(IReadOnlyList<float> values, double[] edges)
    {
        int bins = edges.Length - 1;
        var shares = new double[bins];
        foreach (float value in values)
        {
            double place = (value - edges[0]) / (edges[^1] - edges[0]) * bins;
            shares[(int)Math.Clamp(place, 0, bins - 1)] += 1.0 / values.Count;
        }

        return shares;
    }
}
