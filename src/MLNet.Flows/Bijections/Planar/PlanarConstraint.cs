using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The parameterization that keeps every layer invertible: uHat = u + (m(w.u) - w.u) w / |w|^2, so that w.uHat = m(w.u)
/// &gt; -1.</summary>
/// <remarks>
/// Rezende and Mohamed 2015, arXiv:1505.05770, appendix A.1, takes m(t) = -1 + log(1 + e^t). Ours shifts it so that m(0) = 0 (a
/// layer with u = 0 is the identity) and lifts its floor so that a layer keeps a determinant of at least <see cref="Margin"/>:
/// m(t) = -(1 - Margin) + softplus(t + beta) with beta = log(e^(1 - Margin) - 1). Without margin, softplus(t + beta) is
/// log(1 + (e - 1) e^t). In double precision, so that a tiny |w| is no trouble; at w = 0 the layer is a constant shift and uHat =
/// u.
/// </remarks>
internal static class PlanarConstraint
{
    /// <summary>The smallest determinant of a layer: c = w.uHat stays above -(1 - Margin).</summary>
    public const double Margin = 1e-3;

    private static readonly double Beta = Math.Log(Math.Exp(1 - Margin) - 1);

    /// <summary>m(t).</summary>
    public static double M(double t) => M(Vector256.Create(t), out _).ToScalar();

    /// <summary>dm/dt, the logistic function of t + beta.</summary>
    public static double Slope(double t)
    {
        M(Vector256.Create(t), out Vector256<double> slope);
        return slope.ToScalar();
    }

    /// <summary>m(t) and dm/dt of four layers, from one exponential.</summary>
    /// <remarks>With s = t + beta and e = exp(-|s|), at most 1: softplus(s) = max(s, 0) + log(1 + e), and its slope is 1 / (1 +
    /// e) for s at or above 0, else e / (1 + e).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> M(Vector256<double> t, out Vector256<double> slope)
    {
        Vector256<double> s = t + Vector256.Create(Beta), zero = Vector256<double>.Zero, one = Vector256<double>.One;
        Vector256<double> e = DoubleMath.Exp(-Vector256.Abs(s)), onePlusE = one + e;
        slope = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(s, zero), one, e) / onePlusE;
        return Vector256.Max(s, zero) + DoubleMath.Log(onePlusE) - Vector256.Create(1 - Margin);
    }
}
