using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Solves a + c tanh(a) = y for a, c &gt; -1: the one scalar equation that inverts a planar layer.</summary>
/// <remarks>
/// 1. F(a) = a + c tanh(a) is odd and strictly increasing, so a takes the sign of y and |a| solves F = |y|.
/// 2. On a &gt;= 0, F is concave for c &gt; 0 and convex for c &lt; 0. Tangents of a concave function lie above it, those of a convex one
///    below: Newton's method started on the near side (at or below the root for c &gt; 0, at or above it for c &lt; 0) stays on that
///    side and approaches the root step by step. No step can leave the bracket, and none needs a fallback.
/// 3. Bounds that start it there: F(a) &lt;= (1 + c) a and F(a) &lt; a + c for c &gt; 0, so the root is at least max(y / (1 + c), y - c); both
///    turn around for c &lt; 0, so it is at most min(y / (1 + c), y - c).
/// 4. tanh a = (1 - e) / (1 + e) and 1 - tanh^2 a = 4 e / (1 + e)^2 with e = exp(-2 a): no overflow, no cancellation in the slope.
/// A lane ends when its residual is rounding noise and then stands still while others go on, so that a root depends on its own y and c alone; <see cref="MaximumIterations"/> only guards against a mistake in this reasoning.
/// </remarks>
internal static class PlanarRoot
{
    /// <summary>Newton steps at most; a test scans c and y for the worst case, which stays below.</summary>
    public const int MaximumIterations = 40;

    private const double Noise = 4 * 2.220446049250313e-16;

    /// <summary>The roots, lane by lane.</summary>
    /// <param name="y">Right-hand sides, finite.</param>
    /// <param name="c">Above -1.</param>
    /// <param name="h">tanh a.</param>
    /// <param name="slope">1 - tanh^2 a.</param>
    /// <param name="iterations">Newton steps taken.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<double> Solve(Vector512<double> y, double c, out Vector512<double> h, out Vector512<double> slope, out int iterations)
    {
        Vector512<double> size = Vector512.Abs(y), one = Vector512<double>.One, vc = Vector512.Create(c);
        Vector512<double> linear = size / (1 + c), shifted = size - vc;
        Vector512<double> a = c > 0 ? Vector512.Max(linear, shifted) : Vector512.Min(linear, shifted);
        Vector512<double> noise = Vector512.Create(Noise) * (size + Vector512.Create(Math.Abs(c)));

        // Beyond, tanh a is 1 to the last bit, and one lane out of Exp's range would have all lanes computed another way.
        Vector512<double> smallest = Vector512.Create(-700.0);
        for (iterations = 0; ; iterations++)
        {
            Vector512<double> e = Vector512.Exp(Vector512.Max(a * -2.0, smallest)), inverse = one / (one + e);
            h = (one - e) * inverse;
            slope = 4.0 * e * inverse * inverse;
            Vector512<double> residual = size - a - vc * h;
            Vector512<double> ended = Vector512.LessThanOrEqual(Vector512.Abs(residual), noise);
            if (iterations == MaximumIterations || Vector512.EqualsAll(ended.AsInt64(), Vector512<long>.AllBitsSet))
                break;
            a = Vector512.ConditionalSelect(ended, a, Vector512.Max(a + residual / (one + vc * slope), Vector512<double>.Zero));
        }

        Vector512<double> sign = Vector512.Create(-0.0) & y;
        h |= sign;
        return a | sign;
    }
}
