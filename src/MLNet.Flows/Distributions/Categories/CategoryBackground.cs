using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>How often the values of each categorical column occur in the rows that a flow may learn from: what the shares within
/// a component are smoothed towards.</summary>
internal sealed class CategoryBackground
{
    /// <summary>In place of a logarithm, which is 0 or less: the code does not occur.</summary>
    public const float Absent = 1;

    // Where more rows than this have a value that no other row has, about as many new rows have one that was not seen (Good
    // 1953).
    private const double ManySingleValues = 0.01;

    private CategoryBackground(float[][] logShares, bool[] meetsNewValues, double rows) =>
        (LogShares, MeetsNewValues, Rows) = (logShares, meetsNewValues, rows);

    /// <summary>[columns][codes], the logarithm of the share of each code from 0, missing, on; <see cref="Absent"/> for
    /// none.</summary>
    public float[][] LogShares { get; }

    /// <summary>[columns], whether more than one new row in a hundred is expected to have a value that was not seen.</summary>
    public bool[] MeetsNewValues { get; }

    /// <summary>Rows counted, by weight.</summary>
    public double Rows { get; }

    /// <summary>Free shares of all columns together, where a column counts as one of as many equally frequent values as has its
    /// entropy: rare values are no burden.</summary>
    public double FreeShares => LogShares.Sum(
        column => Math.Exp(-column.Sum(each => each == Absent ? 0 : each * Math.Exp(each))) - 1);

    /// <param name="codes">[n, columns].</param>
    /// <param name="sizes">[columns], codes of each, missing included.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="leaveOut">Rows that do not count; null for none.</param>
    public static CategoryBackground Of(CodeMatrix codes, int[] sizes, float[] weights, Predicate<int>? leaveOut = null)
    {
        double[][] sums = Array.ConvertAll(sizes, size => new double[size]);
        int[][] counts = Array.ConvertAll(sizes, size => new int[size]);
        double total = 0;
        int rows = 0;
        for (int i = 0; i < codes.RowCount; i++)
        {
            if (leaveOut is not null && leaveOut(i))
                continue;
            double weight = weights.Length == 0 ? 1 : weights[i];
            (total, rows) = (total + weight, rows + 1);
            ReadOnlySpan<int> row = codes.Row(i);
            for (int j = 0; j < row.Length; j++)
            {
                sums[j][row[j]] += weight;
                counts[j][row[j]]++;
            }
        }

        return new CategoryBackground(
            Array.ConvertAll(sums, of => Array.ConvertAll(of, sum => sum > 0 ? (float)Math.Log(sum / total) : Absent)),
            Array.ConvertAll(counts, of => of.Skip(1).Count(count => count == 1) > ManySingleValues * rows),
            total);
    }
}
