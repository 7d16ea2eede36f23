namespace MLNet.Flows.Distributions;

/// <summary>How far two samples' distributions are apart, and how likely so much is by chance.</summary>
internal static class KolmogorovSmirnov
{
    private const int Terms = 100;

    /// <summary>The chance that two samples of one continuous distribution are at least so far apart.</summary>
    /// <remarks>Kolmogorov's limit with Stephens' 1970 correction for small samples.</remarks>
    /// <param name="distance">The largest difference of the distribution functions, in [0, 1].</param>
    /// <param name="first">Rows of the one.</param>
    /// <param name="second">Rows of the other.</param>
    public static double Significance(double distance, double first, double second)
    {
        double root = Math.Sqrt(first * second / (first + second)), x = (root + 0.12 + 0.11 / root) * distance;
        if (x < 0.2)
            return 1;
        double sum = 0;
        for (int k = 1; k <= Terms; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * x * x);
        return Math.Clamp(sum, 0, 1);
    }
}
