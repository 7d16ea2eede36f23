using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The parameterization that keeps every layer invertible: uHat = u + (m(w.u) - w.u) w / |w|^2, so that w.uHat = m(w.u) &gt; -1.</summary>
/// <remarks>
/// Rezende and Mohamed 2015, arXiv:1505.05770, appendix A.1, takes m(t) = -1 + log(1 + e^t). Ours shifts it so that m(0) = 0 (a layer
/// with u = 0 is the identity) and lifts its floor so that a layer keeps a determinant of at least <see cref="Margin"/>:
/// m(t) = -(1 - Margin) + softplus(t + beta) with beta = log(e^(1 - Margin) - 1). Without margin, softplus(t + beta) is
/// log(1 + (e - 1) e^t).
/// </remarks>
internal static class PlanarConstraint
{
    /// <summary>The smallest determinant of a layer: c = w.uHat stays above -(1 - Margin).</summary>
    public const double Margin = 1e-3;

    private static readonly double Beta = Math.Log(Math.Exp(1 - Margin) - 1);

    /// <summary>m(t).</summary>
    public static double M(double t)
    {
        double s = t + Beta;
        return Math.Max(s, 0) + Math.Log(1 + Math.Exp(-Math.Abs(s))) - (1 - Margin);
    }

    /// <summary>dm/dt, the logistic function of t + beta.</summary>
    public static double Slope(double t) => 1 / (1 + Math.Exp(-(t + Beta)));

    /// <summary>uHat from w and u, in double precision so that a tiny |w| is no trouble; at w = 0 the layer is a constant shift and uHat = u.</summary>
    public static void Apply(ReadOnlySpan<float> w, ReadOnlySpan<float> u, Span<float> uHat)
    {
        double wDotU = DoubleDot.Of(w, u), wDotW = DoubleDot.Of(w, w);
        double s = wDotW > 0 ? (M(wDotU) - wDotU) / wDotW : 0;
        for (int d = 0; d < w.Length; d++)
            uHat[d] = (float)(u[d] + s * w[d]);
    }

    /// <summary>The chain rule from (w explicitly, uHat, c = m(w.u)) back to the raw (w, u).</summary>
    /// <remarks>
    /// With t = w.u, n = |w|^2, s = (m(t) - t) / n and uHat = u + s w:
    /// 1. the gradient on s is gUHat.w;
    /// 2. on t: m'(t) gC + gS (m'(t) - 1) / n; on n: -gS s / n;
    /// 3. gU = gUHat + gT w; gW = gW(explicit) + s gUHat + 2 gN w + gT u.
    /// </remarks>
    public static void Backward(
        ReadOnlySpan<float> w,
        ReadOnlySpan<float> u,
        ReadOnlySpan<float> gradientW,
        ReadOnlySpan<float> gradientUHat,
        double gradientC,
        Span<float> resultW,
        Span<float> resultU)
    {
        double wDotU = DoubleDot.Of(w, u), wDotW = DoubleDot.Of(w, w);
        double s = 0, gradientT = 0, gradientN = 0;
        if (wDotW > 0)
        {
            double gradientS = DoubleDot.Of(gradientUHat, w);
            double slope = Slope(wDotU);
            s = (M(wDotU) - wDotU) / wDotW;
            gradientT = slope * gradientC + gradientS * (slope - 1) / wDotW;
            gradientN = -gradientS * s / wDotW;
        }

        TensorPrimitives.MultiplyAdd(w, (float)gradientT, gradientUHat, resultU);
        TensorPrimitives.MultiplyAdd(gradientUHat, (float)s, gradientW, resultW);
        TensorPrimitives.MultiplyAdd(w, (float)(2 * gradientN), resultW, resultW);
        TensorPrimitives.MultiplyAdd(u, (float)gradientT, resultW, resultW);
    }
}
