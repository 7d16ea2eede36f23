using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Density;

/// <summary>Two arms of a spiral in the plane: two long, thin normals, turned about the origin by an angle that grows with the
/// distance from it.</summary>
/// <remarks>In polar coordinates the map is (r, angle) to (r, angle + Turn r): it keeps areas, so the density of a row is that of
/// the normals where the row was before. Each arm winds about once around the origin and thins out to an eighth of its width;
/// between the arms is next to nothing.</remarks>
internal sealed class Spiral : KnownDensity
{
    private const double Center = 2;
    private const double Length = 0.8;
    private const double Width = 0.12;
    private const double Turn = 2;

    public override string Name => "spiral";

    public override int Dimension => 2;

    public override double LogDensity(ReadOnlySpan<double> row)
    {
        (double along, double across) = Turned(row[0], row[1], -Turn);
        return LogSum(LogNormal(along, Center, Length), LogNormal(along, -Center, Length)) - Math.Log(2)
            + LogNormal(across, 0, Width);
    }

    protected override void DrawRow(RandomStream random, Span<double> row)
    {
        double along = (random.NextDouble() < 0.5 ? Center : -Center) + Length * random.NextGaussian();
        (row[0], row[1]) = Turned(along, Width * random.NextGaussian(), Turn);
    }

    private static (double X, double Y) Turned(double x, double y, double anglePerDistance)
    {
        (double sin, double cos) = Math.SinCos(anglePerDistance * Math.Sqrt(x * x + y * y));
        return (cos * x - sin * y, sin * x + cos * y);
    }
}
