namespace MLNet.Flows.Quality.Detectors;

/// <summary>The Mahalanobis distance under the covariance of the half of the rows that has the smallest determinant, found by
/// FAST-MCD (Rousseeuw and Van Driessen 1999), made consistent and reweighted.</summary>
/// <remarks>
/// 1. h = (n + p + 1) / 2 rows count. A start is mean and covariance of p + 1 random rows; a concentration step takes those of
/// the h rows that are nearest by the last ones, which never raises the determinant.
/// 2. Of 500 starts, after two steps each, the ten best go on until nothing changes. With more than 600 rows, starts and first
/// steps are in up to five parts of 300 rows, and two steps in these parts together come before those in all rows.
/// 3. The covariance of the best is scaled so that the median squared distance is that of a normal; rows within its 97.5 %
/// quantile give the mean and covariance that count.
/// </remarks>
/// <param name="ridge">Share of a column's variance over all rows that is added to its variance everywhere: where half of the
/// rows agree in a column, or there are few rows for so many columns, the covariance is singular without.</param>
internal sealed class MinimumCovarianceDeterminant(double ridge = 1e-3) : IDetector
{
    private const int Starts = 500;
    private const int Kept = 10;
    private const int FirstSteps = 2;
    private const int MostSteps = 100;
    private const int PartRows = 300;
    private const int MostParts = 5;
    private const double NormalQuantile = 1.959964;

    public double[] Score(float[][] train, float[][] test, int seed)
    {
        double[] added = [.. Ellipsoid.Variances(train).Select(variance => ridge * (variance > 0 ? variance : 1))];
        Ellipsoid raw = Smallest(train, added, new Random(seed));
        double[] distances = raw.Distances(train);
        double scale = Median(distances) / ChiSquared(0, added.Length);
        double limit = scale * ChiSquared(NormalQuantile, added.Length);
        float[][] near = [.. train.Where((_, i) => distances[i] <= limit)];
        return (near.Length > added.Length ? Ellipsoid.Of(near, added) : raw).Distances(test);
    }

    private static Ellipsoid Smallest(float[][] rows, double[] added, Random random)
    {
        float[][] shuffled = [.. rows];
        random.Shuffle(shuffled);
        if (rows.Length <= 2 * PartRows)
            return Best(Begin(shuffled, Starts, rows.Length, added, random), shuffled, rows.Length, added);
        int parts = Math.Min(rows.Length / PartRows, MostParts);
        float[][] together = shuffled[..(parts * PartRows)];
        IEnumerable<Ellipsoid> candidates = together.Chunk(PartRows)
            .SelectMany(part => Begin(part, Starts / parts, rows.Length, added, random))
            .Select(each => Concentrate(each, together, rows.Length, added, FirstSteps));
        return Best(Keep(candidates), rows, rows.Length, added);
    }

    private static Ellipsoid[] Begin(float[][] rows, int starts, int all, double[] added, Random random)
    {
        int few = Math.Min(added.Length + 1, rows.Length);
        float[][] drawn = [.. rows];
        return Keep(Enumerable.Range(0, starts).Select(_ =>
        {
            random.Shuffle(drawn);
            return Concentrate(Ellipsoid.Of(drawn.AsSpan(0, few), added), rows, all, added, FirstSteps);
        }));
    }

    private static Ellipsoid Best(Ellipsoid[] candidates, float[][] rows, int all, double[] added) =>
        candidates.Select(each => Concentrate(each, rows, all, added, MostSteps)).MinBy(each => each.LogDeterminant)!;

    private static Ellipsoid[] Keep(IEnumerable<Ellipsoid> candidates) =>
        [.. candidates.OrderBy(each => each.LogDeterminant).Take(Kept)];

    private static Ellipsoid Concentrate(Ellipsoid from, float[][] rows, int all, double[] added, int steps)
    {
        // The same share of a part as of all rows.
        int half = (int)Math.Ceiling((double)rows.Length * Math.Min((all + added.Length + 1) / 2, all) / all);
        double last = double.PositiveInfinity;
        for (int step = 0; step < steps; step++)
        {
            double[] distances = from.Distances(rows);
            float[][] nearest = [.. rows];
            Array.Sort(distances, nearest);
            from = Ellipsoid.Of(nearest.AsSpan(0, half), added);
            if (from.LogDeterminant >= last - 1e-9)
                break;
            last = from.LogDeterminant;
        }

        return from;
    }

    private static double Median(double[] values)
    {
        double[] ascending = [.. values.Order()];
        return (ascending[(ascending.Length - 1) / 2] + ascending[ascending.Length / 2]) / 2;
    }

    // Wilson and Hilferty's approximation of a quantile, good to a hundredth from two degrees of freedom on.
    private static double ChiSquared(double normalQuantile, int degrees) =>
        degrees * Math.Pow(1 - 2 / (9.0 * degrees) + normalQuantile * Math.Sqrt(2 / (9.0 * degrees)), 3);
}
