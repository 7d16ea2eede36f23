using ScottPlot;

namespace PlaneData;

/// <summary>A two-dimensional distribution that flows are shown on: its points, and its exact density.</summary>
/// <param name="name">As in pictures.</param>
/// <param name="area">A square that holds all but some 1e-5 of it. Where the density jumps, it does so between two cells of 150
/// along a side, so that sums over cells are exact there.</param>
/// <param name="next">Draws a point.</param>
/// <param name="density">p(x1, x2).</param>
internal sealed class PlaneSet(
    string name, CoordinateRect area, Func<Random, (double X1, double X2)> next, Func<double, double, double> density)
{
    public string Name => name;

    public CoordinateRect Area => area;

    public Point[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            (double x1, double x2) = next(random);
            return new Point { Features = [(float)x1, (float)x2] };
        })];
    }

    public double Density(double x1, double x2) => density(x1, x2);

    /// <summary>Differential entropy in nats, the integral of -p log p: no model's expected negative log-likelihood is
    /// lower.</summary>
    /// <param name="cells">Along each side of the square; the integral is a sum over their centers.</param>
    public double Entropy(int cells = 300) => Integral(p => p > 0 ? -p * Math.Log(p) : 0, cells);

    /// <summary>The integral over the square of a function of the density.</summary>
    public double Integral(Func<double, double> ofDensity, int cells = 300)
    {
        double width = area.Width / cells, height = area.Height / cells;
        return width * height * Enumerable.Range(0, cells * cells).AsParallel().AsOrdered().Sum(i => ofDensity(density(
            area.Left + (i % cells + 0.5) * width, area.Bottom + (i / cells + 0.5) * height)));
    }
}
