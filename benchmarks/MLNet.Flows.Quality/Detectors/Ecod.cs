namespace MLNet.Flows.Quality.Detectors;

/// <summary>ECOD (Li, Zhao, Hu, Botta, Ionescu and Chen 2022, arXiv:2201.00382): sums over the columns of -log of the share of
/// training rows at most, and at least, as large; and of the one of the two that the column's skewness points to. The largest of
/// the three sums counts.</summary>
/// <param name="byColumn">Sums the larger of the two shares of each column instead, as the authors' own program, PyOD,
/// does.</param>
internal sealed class Ecod(bool byColumn = false) : IDetector
{
    public double[] Score(float[][] train, float[][] test, int seed)
    {
        int columns = train[0].Length;
        float[][] sorted = [.. Enumerable.Range(0, columns).Select(j => (float[])[.. train.Select(row => row[j]).Order()])];
        bool[] leansLeft = [.. sorted.Select(column => ThirdMoment(column) < 0)];
        return Array.ConvertAll(test, row =>
        {
            double left = 0, right = 0, chosen = 0, larger = 0;
            for (int j = 0; j < columns; j++)
            {
                // The row itself is counted beside the training rows, so that no share is 0.
                int below = CountBelow(sorted[j], row[j], orEqual: false), upTo = CountBelow(sorted[j], row[j], orEqual: true);
                double lower = -Math.Log((upTo + 1.0) / (train.Length + 1));
                double upper = -Math.Log((train.Length - below + 1.0) / (train.Length + 1));
                left += lower;
                right += upper;
                chosen += leansLeft[j] ? lower : upper;
                larger += Math.Max(lower, upper);
            }

            return byColumn ? larger : Math.Max(Math.Max(left, right), chosen);
        });
    }

    private static int CountBelow(float[] ascending, float value, bool orEqual)
    {
        int from = 0, to = ascending.Length;
        while (from < to)
        {
            int middle = (from + to) / 2;
            if (ascending[middle] < value || orEqual && ascending[middle] == value)
                from = middle + 1;
            else
                to = middle;
        }

        return from;
    }

    // Of the sign of the skewness.
    private static double ThirdMoment(float[] column)
    {
        double mean = column.Average(value => (double)value);
        return column.Sum(value => Math.Pow(value - mean, 3));
    }
}
