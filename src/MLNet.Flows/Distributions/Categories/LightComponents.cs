namespace MLNet.Flows.Distributions.Categories;

/// <summary>Finds those light components of a mixture with categories that are no cluster of anomalies: categories split one
/// cluster of features into many and light ones.</summary>
/// <remarks>
/// <para>1. Light components that overlap in the features, and whose commonest values differ in at most half of the columns (or
/// in one), are cells of one cluster. They are ordinary if they are heavy enough together.</para>
/// <para>2. Light components are a kind of rows of its own, the readings of a rare machine or rows that miss a value, if most of
/// their rows have one value of a column, most of that value's rows are in such components, and more than one row in a hundred
/// has it: rarer values are no more than the alarms that are to be expected anyway. Without them all rows of an ordinary value
/// would be strange, and what is strange beside them not to be told from them.</para>
/// <para>On data whose density is known they bring the default from 0.96 nats a row off the truth to 0.08, and alarms on the
/// readings of one machine under another's name from a fifth to what the truth alarms at; on the twelve sets of
/// docs/how-to/categories.md, where classes are anomalies, nothing is lost.</para>
/// </remarks>
internal static class LightComponents
{
    private const double Majority = 0.5;
    private const double LeastShareOfAKind = 0.01;

    // Two standard deviations.
    private const double NearSquare = 4;

    /// <summary>Of the light components, the ordinary ones.</summary>
    /// <param name="mixture">With categories.</param>
    /// <param name="light">Its light components.</param>
    /// <param name="lightest">What a component weighs at least that is not light.</param>
    public static HashSet<int> Ordinary(NormalMixture mixture, int[] light, double lightest)
    {
        int[][] modes = Array.ConvertAll(light, mixture.Categories!.Modes);
        HashSet<int> ordinary = Cells(mixture, light, modes, lightest);
        ordinary.UnionWith(Kinds(mixture, light, modes));
        return ordinary;
    }

    private static HashSet<int> Cells(NormalMixture mixture, int[] light, int[][] modes, double lightest)
    {
        var cells = new HashSet<int>();
        var left = new List<int>(Enumerable.Range(0, light.Length));
        while (left.Count > 0)
        {
            // All that one cell leads to from neighbor to neighbor.
            List<int> cluster = [left[0]];
            left.RemoveAt(0);
            for (int next = 0; next < cluster.Count; next++)
            {
                int cell = cluster[next];
                int[] neighbors =
                    [.. left.Where(i => Alike(modes[cell], modes[i]) && Overlap(mixture, light[cell], light[i]))];
                cluster.AddRange(neighbors);
                left.RemoveAll(neighbors.Contains);
            }

            if (cluster.Sum(i => (double)mixture.Weights[light[i]]) >= lightest)
                cells.UnionWith(cluster.Select(i => light[i]));
        }

        return cells;
    }

    private static bool Alike(int[] modes, int[] others) =>
        modes.Zip(others).Count(pair => pair.First != pair.Second) <= Math.Max(1, modes.Length / 2);

    private static bool Overlap(NormalMixture mixture, int a, int b)
    {
        int d = mixture.Dimension;
        (int scaleOfA, int scaleOfB) = mixture.Scale.Length == d ? (0, 0) : (a * d, b * d);
        double square = 0;
        for (int i = 0; i < d; i++)
        {
            double difference = mixture.Mean[a * d + i] - mixture.Mean[b * d + i];
            square += difference * difference / (mixture.Scale[scaleOfA + i] * mixture.Scale[scaleOfB + i]);
        }

        return square <= NearSquare;
    }

    private static HashSet<int> Kinds(NormalMixture mixture, int[] light, int[][] modes)
    {
        CategoryTables tables = mixture.Categories!;
        var kinds = new HashSet<int>();
        for (int j = 0; j < tables.Columns; j++)
        {
            foreach (int value in modes.Select(each => each[j]).Distinct())
            {
                double[] shares = tables.Shares(j, value);
                double Rows(IEnumerable<int> components) => components.Sum(m => mixture.Weights[m] * shares[m]);
                int[] itsOwn = [.. light.Where(m => shares[m] > Majority)];
                double all = Rows(Enumerable.Range(0, mixture.Components));
                if (all > LeastShareOfAKind && Rows(itsOwn) > Majority * all)
                    kinds.UnionWith(itsOwn);
            }
        }

        return kinds;
    }
}
