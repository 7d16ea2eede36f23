namespace MLNet.Flows.Bijections.Continuous;

/// <summary>What a velocity field sees of the time t in [0, 1]: Legendre's polynomials of 2 t - 1, from the first on.</summary>
/// <remarks>All lie in [-1, 1] and are smooth, so that the solver's error falls with the fourth power of its steps.</remarks>
internal static class TimeFeatures
{
    public const int Count = 4;

    /// <param name="time">t, from 0 at the base to 1 at the data.</param>
    /// <param name="features">[Count].</param>
    public static void Of(double time, Span<float> features)
    {
        double s = 2 * time - 1, before = 1, polynomial = s;
        for (int n = 1; n <= Count; n++)
        {
            features[n - 1] = (float)polynomial;
            (before, polynomial) = (polynomial, ((2 * n + 1) * s * polynomial - n * before) / (n + 1));
        }
    }
}
