namespace MLNet.Flows.Benchmarks.Roofline;

/// <summary>The least work that a row of a planar flow with a normal base takes, counted from the formulas.</summary>
/// <param name="Fma">Fused multiply-adds.</param>
/// <param name="Tanh">Hyperbolic tangents.</param>
/// <param name="Log">Logarithms: one, of the product of all factors, whose exponent is kept apart.</param>
internal sealed record Operations(double Fma, double Tanh, double Log)
{
    /// <summary>Scoring: a = Wx + b and z = x + U^T h are K D each, the triangle K (K - 1) / 2, a factor of the determinant 2,
    /// |z|^2 D.</summary>
    public static Operations Score(int d, int k) => new(2.0 * k * d + 0.5 * k * (k - 1) + 2 * k + d, k, 1);

    /// <summary>Training adds gh = U g (K D), the triangle back, per layer about 8 for ga, gb, gc, and the sums over rows gW, gU
    /// (2 K D) and gC.</summary>
    public static Operations Train(int d, int k) => new(5.0 * k * d + 1.5 * k * (k - 1) + 10 * k + 3 * d, k, 1);

    /// <summary>Rows per second if nothing but these operations took time and none overlapped.</summary>
    public double Bound(MachineLimits limits) =>
        1 / (Fma / limits.FmaPerSecond + Tanh / limits.TanhPerSecond + Log / limits.LogPerSecond);
}
