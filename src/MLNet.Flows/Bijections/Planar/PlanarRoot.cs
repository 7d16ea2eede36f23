using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Solves a + c tanh(a) = y for a, c &gt; -1: the one scalar equation that inverts a planar layer.</summary>
/// <remarks>
/// 1. F(a) = a + c tanh(a) is odd and strictly increasing, so a takes the sign of y and |a| solves F = |y|.
/// 2. On a &gt;= 0, F is concave for c &gt; 0 and convex for c &lt; 0. Tangents of a concave function lie above it, those of a
///    convex one below: Newton's method started on the near side (at or below the root for c &gt; 0, at or above it for c &lt; 0)
///    stays on that side and approaches the root step by step. No step can leave the bracket, and none needs a fallback.
/// 3. Bounds that start it there: F(a) &lt;= (1 + c) a and F(a) &lt; a + c for c &gt; 0, so the root is at least max(y / (1 + c),
///    y - c); both turn around for c &lt; 0, so it is at most min(y / (1 + c), y - c).
/// 4. tanh a = (1 - e) / (1 + e) and 1 - tanh^2 a = 4 e / (1 + e)^2 with e = exp(-2 a): no overflow, no cancellation in the
///    slope.
/// 5. A step waits for its exponential and divisions, but the processor can start others meanwhile: the vectors of a block take
///    each step side by side. A lane ends when its residual is rounding noise and then stands still while others go on, so that a
///    root depends on its own y and c alone.
/// <see cref="MaximumIterations"/> only guards against a mistake in this reasoning.
/// </remarks>
internal static class PlanarRoot
{
    /// <summary>Newton steps at most; a test scans c and y for the worst case, which stays below.</summary>
    public const int MaximumIterations = 40;

    private const double Noise = 4 * 2.220446049250313e-16;

    /// <summary>The roots of up to 64 vectors of four right-hand sides.</summary>
    /// <param name="y">Right-hand sides, finite, a multiple of four, from 4 to 256 of them.</param>
    /// <param name="c">Above -1.</param>
    /// <param name="a">The roots.</param>
    /// <param name="h">tanh a.</param>
    /// <param name="slope">1 - tanh^2 a.</param>
    /// <returns>Newton steps of the slowest lane.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Solve(ReadOnlySpan<double> y, double c, Span<double> a, Span<double> h, Span<double> slope)
    {
        int v = Vector256<double>.Count;
        for (int i = 0; i < y.Length; i += v)
        {
            Vector256<double> size = Vector256.Abs(Vector256.Create(y[i..])), linear = size / (1 + c);
            Vector256<double> shifted = size - Vector256.Create(c);
            (c > 0 ? Vector256.Max(linear, shifted) : Vector256.Min(linear, shifted)).CopyTo(a[i..]);
        }

        Vector256<double> one = Vector256<double>.One, vc = Vector256.Create(c);
        int iterations = 0;
        for (ulong open = ulong.MaxValue >> (64 - y.Length / v); open != 0; iterations++)
        {
            for (ulong rest = open; rest != 0; rest &= rest - 1)
            {
                int vector = BitOperations.TrailingZeroCount(rest), i = vector * v;
                Vector256<double> size = Vector256.Abs(Vector256.Create(y[i..])), root = Vector256.Create<double>(a[i..]);
                Vector256<double> e = DoubleMath.Exp(root * -2.0), inverse = one / (one + e);
                Vector256<double> t = (one - e) * inverse, derivative = 4.0 * e * inverse * inverse;
                Vector256<double> residual = size - root - vc * t;
                Vector256<double> ended = Vector256.LessThanOrEqual(Vector256.Abs(residual), Noise * (size + Vector256.Abs(vc)));
                if (iterations == MaximumIterations || Vector256.EqualsAll(ended.AsInt64(), Vector256<long>.AllBitsSet))
                {
                    Vector256<double> sign = Vector256.Create(-0.0) & Vector256.Create(y[i..]);
                    (root | sign).CopyTo(a[i..]);
                    (t | sign).CopyTo(h[i..]);
                    derivative.CopyTo(slope[i..]);
                    open &= ~(1UL << vector);
                    continue;
                }

                Vector256<double> next = Vector256.Max(root + residual / (one + vc * derivative), Vector256<double>.Zero);
                Vector256.ConditionalSelect(ended, root, next).CopyTo(a[i..]);
            }
        }

        return iterations - 1;
    }
}
