namespace MLNet.Flows.Distributions.Categories;

/// <summary>How many rows of each component have each value of a column: those that occur, by value.</summary>
internal sealed class CategoryCounts
{
    // What rows left out one by one choose among.
    private static readonly double[] Smoothings = [0.004, 0.015, 0.06, 0.25, 0.5, 1, 2, 4, 8, 16, 32];
    private readonly double[] _totals;

    /// <param name="shares">Of the rows.</param>
    /// <param name="rowStarts">[codes + 1], where each code's rows begin.</param>
    /// <param name="order">The places of the rows, by code.</param>
    public CategoryCounts(ComponentShares shares, int[] rowStarts, int[] order)
    {
        _totals = shares.Totals;
        Starts = new int[rowStarts.Length];
        var components = new List<int>();
        var counts = new List<double>();
        var sums = new double[shares.Components];
        var touched = new List<int>();
        for (int code = 0; code + 1 < rowStarts.Length; code++)
        {
            for (int i = rowStarts[code]; i < rowStarts[code + 1]; i++)
                shares.AddTo(order[i], sums, touched);
            touched.Sort();
            foreach (int component in touched)
            {
                components.Add(component);
                counts.Add(sums[component]);
                sums[component] = 0;
            }

            touched.Clear();
            Starts[code + 1] = counts.Count;
        }

        (Components, Counts) = ([.. components], [.. counts]);
    }

    /// <summary>[codes + 1], where each code's counts begin.</summary>
    public int[] Starts { get; }

    /// <summary>The component of each count, ascending for a code.</summary>
    public int[] Components { get; }

    /// <summary>The counts, by weight.</summary>
    public double[] Counts { get; }

    /// <summary>The smoothing under which rows, each left out of the counts in turn, are likeliest.</summary>
    /// <param name="logShares">[codes], of all rows.</param>
    public double Smoothing(float[] logShares)
    {
        double best = Smoothings[0], highest = double.NegativeInfinity;
        foreach (double smoothing in Smoothings)
        {
            double sum = 0;
            for (int code = 0; code + 1 < Starts.Length; code++)
            {
                for (int i = Starts[code]; i < Starts[code + 1]; i++)
                {
                    double count = Counts[i], total = _totals[Components[i]], out1 = Math.Min(count, 1);
                    double prior = smoothing * Math.Exp(logShares[code]);
                    sum += count * Math.Log((count - out1 + prior) / (total - out1 + smoothing));
                }
            }

            if (sum > highest)
                (best, highest) = (smoothing, sum);
        }

        return best;
    }
}
