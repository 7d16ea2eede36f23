namespace MLNet.Flows.Distributions;

/// <summary>A generalized Pareto tail below the lowest likelihoods: how fast the share of rows keeps falling where no training
/// row is.</summary>
/// <remarks>
/// The lowest tenth of the likelihoods (10 to 1,000 of them), counted downwards from the highest of these, is given the survival
/// function S(y) = (1 + shape y / scale)^(-1 / shape), or exp(-y / scale) at shape 0, by probability-weighted moments (Hosking
/// and Wallis 1987). The shape is kept within [0, 1): a tail that ended somewhere would be a hard 0 again.
/// </remarks>
/// <param name="Shape">In [0, 1).</param>
/// <param name="Scale">Above 0 in nats; 0 for no tail.</param>
internal readonly record struct ParetoTail(float Shape, float Scale)
{
    /// <summary>Below this shape the tail is exponential.</summary>
    public const double LeastShape = 1e-4;

    private const int Fewest = 10;
    private const int Most = 1000;

    /// <param name="sorted">Likelihoods, ascending.</param>
    /// <returns>The tail, and how far below its threshold the lowest value is.</returns>
    public static (ParetoTail Tail, float Start) Fit(ReadOnlySpan<float> sorted)
    {
        int count = Math.Min(Math.Clamp(sorted.Length / 10, Fewest, Most), sorted.Length - 1);
        if (count < 2)
            return default;

        // Excesses in ascending order are y_i = threshold - sorted[count - 1 - i]; a0 = E[y], a1 = E[y (1 - F(y))].
        double threshold = sorted[count], mean = 0, weighted = 0;
        for (int i = 0; i < count; i++)
        {
            double y = threshold - sorted[count - 1 - i];
            mean += y / count;
            weighted += y * (count - i - 0.65) / count / count;
        }

        double denominator = mean - 2 * weighted;
        if (!(mean > 0) || !double.IsFinite(mean) || !(denominator > 0))
            return default;
        double shape = Math.Clamp(2 - mean / denominator, 0, 0.95);
        return (new ParetoTail(
            (float)shape,
            (float)Math.Min(mean * (1 - shape), float.MaxValue)), (float)Math.Min(threshold - sorted[0], float.MaxValue));
    }

    /// <summary>S at a distance of <paramref name="nats"/> below the lowest kept value, given that value is reached; 0 without a
    /// tail.</summary>
    /// <param name="nats">Distance below, at least 0.</param>
    /// <param name="start">How far below the threshold the lowest value itself is.</param>
    public double Beyond(double nats, double start)
    {
        if (Scale == 0)
            return 0;
        if (Shape < LeastShape)
            return Math.Exp(-nats / Scale);
        return Math.Pow((1 + Shape * (start + nats) / Scale) / (1 + Shape * start / Scale), -1 / Shape);
    }
}
