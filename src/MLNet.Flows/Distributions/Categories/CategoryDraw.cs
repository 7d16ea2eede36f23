using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>Draws values of a column within a component: of the component's own counts, or, by the smoothing's share, of all
/// rows.</summary>
internal sealed class CategoryDraw
{
    private readonly double[] _ofAll;
    private readonly double[] _smoothing;
    private readonly int[][] _codes;
    private readonly double[][] _own;

    /// <param name="logShares">[codes], of all rows.</param>
    /// <param name="logSmoothing">[M].</param>
    /// <param name="starts">[codes + 1].</param>
    /// <param name="components">[gains].</param>
    /// <param name="gains">[gains].</param>
    public CategoryDraw(float[] logShares, float[] logSmoothing, int[] starts, int[] components, float[] gains)
    {
        _smoothing = Array.ConvertAll(logSmoothing, each => Math.Exp(each));
        _ofAll = Cumulative(logShares.Select(each => each == CategoryBackground.Absent ? 0 : Math.Exp(each)));
        var codes = Array.ConvertAll(logSmoothing, _ => new List<int>());
        var shares = Array.ConvertAll(logSmoothing, _ => new List<double>());
        for (int code = 0; code < logShares.Length; code++)
        {
            for (int i = starts[code]; i < starts[code + 1]; i++)
            {
                codes[components[i]].Add(code);
                shares[components[i]].Add(Math.Exp(logShares[code]) * Math.Exp(gains[i]) - Math.Exp(logShares[code]));
            }
        }

        _codes = Array.ConvertAll(codes, each => each.ToArray());
        _own = Array.ConvertAll(shares, Cumulative);
    }

    public int Draw(int component, RandomStream random)
    {
        bool ofAll = random.NextDouble() < _smoothing[component] || _own[component].Length == 0;
        int place = Place(ofAll ? _ofAll : _own[component], random.NextDouble());
        return ofAll ? place : _codes[component][place];
    }

    private static double[] Cumulative(IEnumerable<double> shares)
    {
        double sum = 0;
        return [.. shares.Select(share => sum += share)];
    }

    // The first whose end is above u of the whole: one without a share is never it.
    private static int Place(double[] ends, double u)
    {
        double wanted = u * ends[^1];
        int low = 0, high = ends.Length - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (ends[middle] > wanted)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
