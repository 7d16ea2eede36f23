namespace SineTutorial;

/// <summary>Two-dimensional sets that flows are shown on.</summary>
internal static class PlaneData
{
    /// <summary>Differential entropy of <see cref="Sine"/> in nats, log 6 + 1/2 log(2 pi e 0.1^2): no model's expected negative
    /// log-likelihood is lower.</summary>
    public static readonly double SineEntropy = Math.Log(6) + 0.5 * Math.Log(2 * Math.PI * Math.E * 0.01);

    /// <summary>x2 ~ U(-3, 3), x1 = sin(x2) + N(0, 0.1^2).</summary>
    public static Point[] Sine(int count, int seed) => Draw(count, seed, random =>
    {
        double x2 = 6 * random.NextDouble() - 3;
        return (Math.Sin(x2) + 0.1 * Gaussian(random), x2);
    });

    /// <summary>Two half circles that interlock, noise 0.1.</summary>
    public static Point[] TwoMoons(int count, int seed) => Draw(count, seed, random =>
    {
        double angle = Math.PI * random.NextDouble();
        (double x, double y) = random.Next(2) == 0
            ? (Math.Cos(angle), Math.Sin(angle))
            : (1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
        return (x + 0.1 * Gaussian(random), y + 0.1 * Gaussian(random));
    });

    /// <summary>Five arms that spiral out.</summary>
    public static Point[] Pinwheel(int count, int seed) => Draw(count, seed, random =>
    {
        double radial = 1 + 0.3 * Gaussian(random), tangential = 0.1 * Gaussian(random);
        double angle = 2 * Math.PI / 5 * random.Next(5) + 0.25 * Math.Exp(radial);
        return (2 * (radial * Math.Cos(angle) - tangential * Math.Sin(angle)),
            2 * (radial * Math.Sin(angle) + tangential * Math.Cos(angle)));
    });

    /// <summary>Eight normals on a circle of radius 2, each with standard deviation 0.2.</summary>
    public static Point[] EightGaussians(int count, int seed) => Draw(count, seed, random =>
    {
        double angle = Math.PI / 4 * random.Next(8);
        return (2 * Math.Cos(angle) + 0.2 * Gaussian(random), 2 * Math.Sin(angle) + 0.2 * Gaussian(random));
    });

    /// <summary>The black squares of a 4 x 4 board on [-2, 2]^2.</summary>
    public static Point[] Checkerboard(int count, int seed) => Draw(count, seed, random =>
    {
        double x = 4 * random.NextDouble() - 2;
        int row = 2 * random.Next(2) + ((int)Math.Floor(x) & 1);
        return (x, random.NextDouble() + row - 2);
    });

    private static Point[] Draw(int count, int seed, Func<Random, (double X1, double X2)> next)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            (double x1, double x2) = next(random);
            return new Point { Features = [(float)x1, (float)x2] };
        })];
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
