using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The parameterization that keeps every layer invertible: uHat = u + (m(w.u) - w.u) w / |w|^2, so that w.uHat = m(w.u) &gt; -1.</summary>
/// <remarks>
/// Rezende and Mohamed 2015, arXiv:1505.05770, appendix A.1, takes m(t) = -1 + log(1 + e^t). Ours shifts it so that m(0) = 0 (a layer
/// with u = 0 is the identity) and lifts its floor so that a layer keeps a determinant of at least <see cref="Margin"/>:
/// m(t) = -(1 - Margin) + softplus(t + beta) with beta = log(e^(1 - Margin) - 1). Without margin, softplus(t + beta) is
/// log(1 + (e - 1) e^t). In double precision, so that a tiny |w| is no trouble; at w = 0 the layer is a constant shift and uHat = u.
/// </remarks>
internal static class PlanarConstraint
{
    /// <summary>The smallest determinant of a layer: c = w.uHat stays above -(1 - Margin).</summary>
    public const double Margin = 1e-3;

    private static readonly double Beta = Math.Log(Math.Exp(1 - Margin) - 1);

    /// <summary>m(t).</summary>
    public static double M(double t) => M(Vector256.Create(t)).ToScalar();

    /// <summary>dm/dt, the logistic function of t + beta.</summary>
    public static double Slope(double t) => Slope(Vector256.Create(t)).ToScalar();

    /// <summary>m(t) of four layers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> M(Vector256<double> t)
    {
        Vector256<double> s = t + Vector256.Create(Beta), one = Vector256<double>.One;
        return Vector256.Max(s, Vector256<double>.Zero) + Vector256.Log(one + Vector256.Exp(-Vector256.Abs(s))) - Vector256.Create(1 - Margin);
    }

    /// <summary>dm/dt of four layers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Slope(Vector256<double> t)
    {
        // e^-709 is the smallest that does not end the division.
        Vector256<double> s = Vector256.Max(t + Vector256.Create(Beta), Vector256.Create(-709.0));
        return Vector256<double>.One / (Vector256<double>.One + Vector256.Exp(-s));
    }
}
