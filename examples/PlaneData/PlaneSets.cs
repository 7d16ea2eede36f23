using ScottPlot;

namespace PlaneData;

/// <summary>Five sets of the plane: each one's sampler, and below it the density of what that draws.</summary>
internal static class PlaneSets
{
    /// <summary>x2 ~ U(-3, 3), x1 = sin(x2) + N(0, 0.1^2).</summary>
    public static readonly PlaneSet Sine = new(
        "sine",
        Square(0, 0, 3.75),
        random =>
        {
            double x2 = 6 * random.NextDouble() - 3;
            return (Math.Sin(x2) + 0.1 * Gaussian(random), x2);
        },
        (x1, x2) => Math.Abs(x2) <= 3 ? Normal(x1 - Math.Sin(x2), 0.1) / 6 : 0);

    /// <summary>Two half circles that interlock, noise 0.1.</summary>
    public static readonly PlaneSet TwoMoons = new(
        "two moons",
        Square(0.5, 0.25, 2),
        random =>
        {
            double angle = Math.PI * random.NextDouble();
            (double x, double y) = random.Next(2) == 0
                ? (Math.Cos(angle), Math.Sin(angle))
                : (1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
            return (x + 0.1 * Gaussian(random), y + 0.1 * Gaussian(random));
        },
        // The second moon is the first one, turned by half a circle about (1/2, 1/4).
        (x1, x2) => (Moon(x1, x2) + Moon(1 - x1, 0.5 - x2)) / 2);

    /// <summary>Five arms that spiral out.</summary>
    public static readonly PlaneSet Pinwheel = new(
        "pinwheel",
        Square(0, 0, 4.5),
        random =>
        {
            double radial = 1 + 0.3 * Gaussian(random), tangential = 0.1 * Gaussian(random);
            double angle = 2 * Math.PI / 5 * random.Next(5) + Twist(radial);
            return (2 * (radial * Math.Cos(angle) - tangential * Math.Sin(angle)),
                2 * (radial * Math.Sin(angle) + tangential * Math.Cos(angle)));
        },
        (x1, x2) => Enumerable.Range(0, 5).Average(arm => Arm(x1 / 2, x2 / 2, 2 * Math.PI / 5 * arm)) / 4);

    /// <summary>Eight normals on a circle of radius 2, each with standard deviation 0.2.</summary>
    public static readonly PlaneSet EightGaussians = new(
        "eight gaussians",
        Square(0, 0, 3),
        random =>
        {
            double angle = Math.PI / 4 * random.Next(8);
            return (2 * Math.Cos(angle) + 0.2 * Gaussian(random), 2 * Math.Sin(angle) + 0.2 * Gaussian(random));
        },
        (x1, x2) => Enumerable.Range(0, 8).Select(i => Math.PI / 4 * i).Average(
            angle => Normal(x1 - 2 * Math.Cos(angle), x2 - 2 * Math.Sin(angle), 0.2)));

    /// <summary>The black squares of a 4 x 4 board on [-2, 2]^2.</summary>
    public static readonly PlaneSet Checkerboard = new(
        "checkerboard",
        Square(0, 0, 2.5),
        random =>
        {
            double x = 4 * random.NextDouble() - 2;
            int row = 2 * random.Next(2) + ((int)Math.Floor(x) & 1);
            return (x, random.NextDouble() + row - 2);
        },
        (x1, x2) => Math.Abs(x1) <= 2 && Math.Abs(x2) <= 2 && (((int)Math.Floor(x1) ^ (int)Math.Floor(x2)) & 1) == 0
            ? 1.0 / 8
            : 0);

    public static readonly PlaneSet[] All = [Sine, TwoMoons, Pinwheel, EightGaussians, Checkerboard];

    private static readonly (double X1, double X2)[] HalfCircle =
        [.. Enumerable.Range(0, 200).Select(i => Math.PI * (i + 0.5) / 200).Select(angle => (Math.Cos(angle), Math.Sin(angle)))];

    // Points of a half circle, noise 0.1: the noise's density, averaged over the half circle.
    private static double Moon(double x1, double x2) =>
        HalfCircle.Average(center => Normal(x1 - center.X1, x2 - center.X2, 0.1));

    // An arm draws r ~ N(1, 0.3^2) and t ~ N(0, 0.1^2) and turns (r, t) by `start` + Twist(r). Its density at a point:
    // 1. The point's radius and angle are rho and phi. It came from (r, t) = rho (cos a, sin a), where
    //    a + Twist(rho cos a) = phi - start. Newton's method finds a; the slope is 1 - Twist(r) t: Twist is its own derivative.
    // 2. In axes turned with the point, it moves by (1 - Twist(r) t, Twist(r) r) per r and by (0, 1) per t: the determinant is
    //    that same slope.
    // Where the slope is not positive, six standard deviations out and more, an arm folds onto itself; its density is left out.
    private static double Arm(double x1, double x2, double start)
    {
        double rho = Math.Sqrt(x1 * x1 + x2 * x2), turned = Math.Atan2(x2, x1) - start;
        double a = Math.IEEERemainder(turned - Twist(rho), 2 * Math.PI);
        for (int step = 0; step < 30; step++)
        {
            double miss = Math.IEEERemainder(a + Twist(rho * Math.Cos(a)) - turned, 2 * Math.PI);
            double slope = 1 - Twist(rho * Math.Cos(a)) * rho * Math.Sin(a);
            if (slope <= 0)
                return 0;
            if (Math.Abs(miss) < 1e-12)
                return Normal(rho * Math.Cos(a) - 1, 0.3) * Normal(rho * Math.Sin(a), 0.1) / slope;
            a -= miss / slope;
        }

        return 0;
    }

    private static double Twist(double radial) => 0.25 * Math.Exp(radial);

    private static CoordinateRect Square(double x, double y, double half) => new(x - half, x + half, y - half, y + half);

    private static double Normal(double x, double deviation) =>
        Math.Exp(-0.5 * x * x / (deviation * deviation)) / (deviation * Math.Sqrt(2 * Math.PI));

    private static double Normal(double x1, double x2, double deviation) =>
        Math.Exp(-0.5 * (x1 * x1 + x2 * x2) / (deviation * deviation)) / (2 * Math.PI * deviation * deviation);

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
