namespace MLNet.Flows.Distributions;

/// <summary>The logarithm of the gamma function.</summary>
internal static class LogGamma
{
    /// <summary>log Gamma(x) for x &gt; 0, to about 1e-14 relative: Stirling's series after shifting x above 10.</summary>
    public static double Of(double x)
    {
        double shift = 0;
        while (x < 10)
            shift += Math.Log(x++);
        double r = 1 / (x * x);
        double series =
            (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691.0 / 360360))))) / x;
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series - shift;
    }
}
