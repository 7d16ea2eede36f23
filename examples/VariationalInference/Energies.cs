using MLNet.Flows;

namespace VariationalInference;

/// <summary>The energies U1 to U4 of Rezende and Mohamed 2015, table 1, on the square they are drawn on.</summary>
/// <remarks>U2 to U4 repeat along z1 for ever, so exp(-U) has no integral; beyond |z1| = 4 a wall ((|z1| - 4) / 0.4)^2 / 2 is
/// added to each. Gradients are central differences in double precision: an energy is written once and stays readable.</remarks>
internal static class Energies
{
    public static IReadOnlyList<(string Name, Func<double, double, double> U)> All { get; } =
    [
        ("U1", (z1, z2) => 0.5 * Square((Math.Sqrt(z1 * z1 + z2 * z2) - 2) / 0.4) - LogSumExp(
            -0.5 * Square((z1 - 2) / 0.6), -0.5 * Square((z1 + 2) / 0.6))),
        ("U2", (z1, z2) => 0.5 * Square((z2 - W1(z1)) / 0.4) + Wall(z1)),
        ("U3", (z1, z2) => -LogSumExp(
            -0.5 * Square((z2 - W1(z1)) / 0.35), -0.5 * Square((z2 - W1(z1) + W2(z1)) / 0.35)) + Wall(z1)),
        ("U4", (z1, z2) => -LogSumExp(
            -0.5 * Square((z2 - W1(z1)) / 0.4), -0.5 * Square((z2 - W1(z1) + W3(z1)) / 0.35)) + Wall(z1)),
    ];

    public static EnergyFunction WithGradient(Func<double, double, double> u) => (points, energies, gradients) =>
    {
        const double Step = 1e-5;
        for (int i = 0; i < energies.Length; i++)
        {
            double z1 = points[2 * i], z2 = points[2 * i + 1];
            energies[i] = (float)u(z1, z2);
            gradients[2 * i] = (float)((u(z1 + Step, z2) - u(z1 - Step, z2)) / (2 * Step));
            gradients[2 * i + 1] = (float)((u(z1, z2 + Step) - u(z1, z2 - Step)) / (2 * Step));
        }
    };

    /// <summary>log of the integral of exp(-U) by the midpoint rule on [-8, 8]^2.</summary>
    public static double LogZ(Func<double, double, double> u)
    {
        const int Cells = 1600;
        double sum = 0;
        for (int i = 0; i < Cells; i++)
        {
            for (int j = 0; j < Cells; j++)
                sum += Math.Exp(-u(-8 + 16 * (i + 0.5) / Cells, -8 + 16 * (j + 0.5) / Cells));
        }

        return Math.Log(sum * Square(16.0 / Cells));
    }

    private static double W1(double z1) => Math.Sin(2 * Math.PI * z1 / 4);

    private static double W2(double z1) => 3 * Math.Exp(-0.5 * Square((z1 - 1) / 0.6));

    private static double W3(double z1) => 3 / (1 + Math.Exp(-(z1 - 1) / 0.3));

    private static double Wall(double z1) => 0.5 * Square(Math.Max(Math.Abs(z1) - 4, 0) / 0.4);

    private static double Square(double x) => x * x;

    private static double LogSumExp(double a, double b) => Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
}
