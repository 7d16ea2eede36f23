using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>Rows as points, categories included, for clustering: two values of a column lie about as far from each other as two
/// draws of a standardized feature.</summary>
/// <remarks>A column of few values has an axis for each; of many, each value has a random direction, so that any two are about
/// equally far apart in a few dimensions (Johnson and Lindenstrauss 1984).</remarks>
internal sealed class CategoryEmbedding
{
    private const int Axes = 8;
    private readonly float[][] _places;
    private readonly int[] _axes;

    /// <param name="background">Shares of values.</param>
    /// <param name="random">Draws directions.</param>
    public CategoryEmbedding(CategoryBackground background, RandomStream random)
    {
        _axes = Array.ConvertAll(background.LogShares, shares => Math.Min(shares.Length, Axes));
        _places = [.. background.LogShares.Select((shares, column) => Places(shares, _axes[column], random))];
    }

    /// <summary>The data's columns, and behind them the axes of the categories.</summary>
    /// <param name="data">[n, d].</param>
    /// <param name="codes">[n, columns].</param>
    /// <param name="rows">The rows to take.</param>
    public FeatureMatrix Of(FeatureMatrix data, CodeMatrix codes, ReadOnlySpan<int> rows)
    {
        var points = new FeatureMatrix(data.Dimension + _axes.Sum());
        foreach (int row in rows)
        {
            Span<float> point = points.AddRow();
            data.Row(row).CopyTo(point);
            int start = data.Dimension;
            for (int j = 0; j < _axes.Length; j++)
            {
                _places[j].AsSpan(codes.Row(row)[j] * _axes[j], _axes[j]).CopyTo(point[start..]);
                start += _axes[j];
            }
        }

        return points;
    }

    // [codes, axes]. The squared distance of two draws is 2 (1 - sum p^2) between axes of length 1, and 2 between standardized
    // features.
    private static float[] Places(float[] logShares, int axes, RandomStream random)
    {
        double same = logShares.Sum(share => share == CategoryBackground.Absent ? 0 : Math.Exp(2 * share));
        double length = Math.Sqrt(1 / Math.Max(1 - same, 0.01));
        var places = new float[logShares.Length * axes];
        for (int i = 0; i < places.Length; i++)
            places[i] = (float)(length * (logShares.Length <= Axes
                ? i / axes == i % axes ? 1 : 0
                : random.NextGaussian() / Math.Sqrt(axes)));
        return places;
    }
}
