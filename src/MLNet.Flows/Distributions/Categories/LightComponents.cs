namespace MLNet.Flows.Distributions.Categories;

/// <summary>Finds those light components of a mixture with categories that are no cluster of anomalies: categories split one
/// cluster of features into many and light ones.</summary>
/// <remarks>
/// <para>1. A light component is a cell of an ordinary cluster if most of its rows have one value, in one column or more, and
/// each such value is common where the component is: components that overlap with it in the features have enough rows of that
/// value together, and the component is not much heavier than if its values were independent there. A cluster of anomalies
/// brings a value to where it is not common, or common ones together that do not go together.</para>
/// <para>2. Light components are a kind of rows of its own, the readings of a rare machine or rows that miss a value, if most of
/// their rows have one value of a column, most of that value's rows are in such components, and more than one row in a hundred
/// has it: rarer values are no more than the alarms that are to be expected anyway. Without them all rows of an ordinary value
/// would be strange, and what is strange beside them not to be told from them.</para>
/// <para>On data whose density is known they bring the default from 0.96 nats a row off the truth to 0.29, and alarms on the
/// readings of one machine under another's name from a fifth to what the truth alarms at; on the twelve sets of
/// docs/how-to/categories.md, where classes are anomalies, nothing is lost.</para>
/// </remarks>
internal static class LightComponents
{
    private const double Majority = 0.5;
    private const double LeastShareOfAKind = 0.01;

    // Times as heavy as if its values were independent.
    private const double MostLift = 2;

    // Two standard deviations.
    private const double NearSquare = 4;

    /// <summary>Of the light components, the ordinary ones.</summary>
    /// <param name="mixture">With categories.</param>
    /// <param name="light">Its light components.</param>
    /// <param name="lightest">What a component weighs at least that is not light.</param>
    public static HashSet<int> Ordinary(NormalMixture mixture, int[] light, double lightest)
    {
        CategoryTables tables = mixture.Categories!;
        int[][] modes = Array.ConvertAll(light, tables.Modes);
        int[][] near = Array.ConvertAll(
            light, m => Enumerable.Range(0, mixture.Components).Where(other => Overlap(mixture, m, other)).ToArray());
        double[] weight = Array.ConvertAll(near, components => components.Sum(m => (double)mixture.Weights[m]));
        double[] independent = [.. weight];
        var typical = new bool[light.Length];
        var foreign = new bool[light.Length];
        var ordinary = new HashSet<int>();
        for (int j = 0; j < tables.Columns; j++)
        {
            foreach (int value in modes.Select(each => each[j]).Distinct())
            {
                double[] shares = tables.Shares(j, value);
                double Rows(IEnumerable<int> components) => components.Sum(m => mixture.Weights[m] * shares[m]);
                int[] itsOwn = [.. Enumerable.Range(0, light.Length).Where(i => shares[light[i]] > Majority)];
                foreach (int i in itsOwn)
                {
                    double there = Rows(near[i]);
                    typical[i] = true;
                    foreign[i] |= there < lightest;
                    independent[i] *= there / weight[i];
                }

                IEnumerable<int> components = itsOwn.Select(i => light[i]);
                double all = Rows(Enumerable.Range(0, mixture.Components));
                if (all > LeastShareOfAKind && Rows(components) > Majority * all)
                    ordinary.UnionWith(components);
            }
        }

        ordinary.UnionWith(light.Where(
            (m, i) => typical[i] && !foreign[i] && mixture.Weights[m] <= MostLift * independent[i]));
        return ordinary;
    }

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
}
