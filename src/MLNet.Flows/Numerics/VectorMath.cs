using System.Runtime.CompilerServices;

namespace MLNet.Flows.Numerics;

/// <summary>tanh, exp and log on vectors of any width, the same bits in every lane and at every width.</summary>
/// <remarks>Written as polynomials on <see cref="ISimd{V}"/> because library functions differ by width and by release. Errors are
/// stated in units in the last place (ulp) and pinned by tests against float64.</remarks>
internal static class VectorMath<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    // tanh x = x P(x^2) / Q(x^2) on |x| <= TanhEnd.
    private const float TanhEnd = 7.90531110763549805f;
    private const float P0 = 4.89352455891786e-03f, P1 = 6.37261928875436e-04f, P2 = 1.48572235717979e-05f,
    P3 = 5.12229709037114e-08f;
    private const float P4 = -8.60467152213735e-11f, P5 = 2.00018790482477e-13f, P6 = -2.76076847742355e-16f;
    private const float Q0 = 4.89352518554385e-03f, Q1 = 2.26843463243900e-03f, Q2 = 1.18534705686654e-04f,
    Q3 = 1.19825839466702e-06f;

    /// <summary>tanh x, within 6 ulp; exactly odd; +-1 to single precision beyond |x| = 9.</summary>
    /// <remarks>Rational minimax x P(x^2) / Q(x^2) of degree 13/6 on |x| &lt;= 7.9 (the approximation used by Eigen); beyond it
    /// tanh is 1 to within 1.4e-7 and the argument is clamped.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        x = S.Min(S.Max(x, S.Create(-TanhEnd)), S.Create(TanhEnd));
        V y = S.Multiply(x, x);
        V p = S.MultiplyAdd(y, S.Create(P6), S.Create(P5)), q = S.MultiplyAdd(y, S.Create(Q3), S.Create(Q2));
        p = S.MultiplyAdd(p, y, S.Create(P4));
        q = S.MultiplyAdd(q, y, S.Create(Q1));
        p = S.MultiplyAdd(p, y, S.Create(P3));
        q = S.MultiplyAdd(q, y, S.Create(Q0));
        p = S.MultiplyAdd(p, y, S.Create(P2));
        p = S.MultiplyAdd(p, y, S.Create(P1));
        p = S.MultiplyAdd(p, y, S.Create(P0));
        return S.Divide(S.Multiply(x, p), q);
    }

    /// <summary>Two tanh, step by step side by side: the processor looks only so far ahead for work that does not wait.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tanh(ref V a, ref V b)
    {
        V lowest = S.Create(-TanhEnd), highest = S.Create(TanhEnd);
        V x0 = S.Min(S.Max(a, lowest), highest), x1 = S.Min(S.Max(b, lowest), highest);
        V y0 = S.Multiply(x0, x0), y1 = S.Multiply(x1, x1);
        V p0 = S.MultiplyAdd(y0, S.Create(P6), S.Create(P5)), p1 = S.MultiplyAdd(y1, S.Create(P6), S.Create(P5));
        V q0 = S.MultiplyAdd(y0, S.Create(Q3), S.Create(Q2)), q1 = S.MultiplyAdd(y1, S.Create(Q3), S.Create(Q2));
        p0 = S.MultiplyAdd(p0, y0, S.Create(P4));
        p1 = S.MultiplyAdd(p1, y1, S.Create(P4));
        q0 = S.MultiplyAdd(q0, y0, S.Create(Q1));
        q1 = S.MultiplyAdd(q1, y1, S.Create(Q1));
        p0 = S.MultiplyAdd(p0, y0, S.Create(P3));
        p1 = S.MultiplyAdd(p1, y1, S.Create(P3));
        q0 = S.MultiplyAdd(q0, y0, S.Create(Q0));
        q1 = S.MultiplyAdd(q1, y1, S.Create(Q0));
        p0 = S.MultiplyAdd(p0, y0, S.Create(P2));
        p1 = S.MultiplyAdd(p1, y1, S.Create(P2));
        p0 = S.MultiplyAdd(p0, y0, S.Create(P1));
        p1 = S.MultiplyAdd(p1, y1, S.Create(P1));
        p0 = S.MultiplyAdd(p0, y0, S.Create(P0));
        p1 = S.MultiplyAdd(p1, y1, S.Create(P0));
        a = S.Divide(S.Multiply(x0, p0), q0);
        b = S.Divide(S.Multiply(x1, p1), q1);
    }

    /// <summary>e^x, within 2 ulp, for x in [-87, 88]; arguments outside are clamped to that range.</summary>
    /// <remarks>x = n log 2 + r with |r| &lt;= log(2)/2, subtracted in two parts; e^r by its degree-6 minimax polynomial
    /// (Cephes).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp(V x) => ExpUnclamped(S.Min(S.Max(x, S.Create(-87f)), S.Create(88f)));

    /// <summary>The same of what is in [-87, 88] already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpUnclamped(V x)
    {
        V n = S.Round(S.Multiply(x, S.Create(1.44269504088896341f)));
        V r = S.NegatedMultiplyAdd(n, S.Create(0.693359375f), x);
        r = S.NegatedMultiplyAdd(n, S.Create(-2.12194440e-4f), r);
        V p = S.MultiplyAdd(r, S.Create(1.9875691500e-4f), S.Create(1.3981999507e-3f));
        p = S.MultiplyAdd(p, r, S.Create(8.3334519073e-3f));
        p = S.MultiplyAdd(p, r, S.Create(4.1665795894e-2f));
        p = S.MultiplyAdd(p, r, S.Create(1.6666665459e-1f));
        p = S.MultiplyAdd(p, r, S.Create(5.0000001201e-1f));
        p = S.Add(S.MultiplyAdd(p, S.Multiply(r, r), r), S.Create(1f));
        return S.ScaleByPowerOfTwo(p, n);
    }

    /// <summary>log x, within 2 ulp, for positive normal x; smaller x count as the smallest normal number.</summary>
    /// <remarks>x = m 2^e with m in [sqrt(1/2), sqrt(2)); log m by the degree-9 minimax polynomial in m - 1 (Cephes).</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V x)
    {
        V m = Split(x, out V e);
        return Log(m, e);
    }

    /// <summary>x = m 2^e with m in [sqrt(1/2), sqrt(2)) and an integral e, for positive normal x; smaller x count as the
    /// smallest normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Split(V x, out V exponent) => S.Decompose(S.Max(x, S.Create(1.17549435e-38f)), out exponent);

    /// <summary>log(m 2^e) of a number that has been split: so a long product takes one logarithm, and cannot
    /// underflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log(V m, V e)
    {
        V f = S.Subtract(m, S.Create(1f));
        V z = S.Multiply(f, f);
        V y = S.MultiplyAdd(S.Create(7.0376836292e-2f), f, S.Create(-1.1514610310e-1f));
        y = S.MultiplyAdd(y, f, S.Create(1.1676998740e-1f));
        y = S.MultiplyAdd(y, f, S.Create(-1.2420140846e-1f));
        y = S.MultiplyAdd(y, f, S.Create(1.4249322787e-1f));
        y = S.MultiplyAdd(y, f, S.Create(-1.6668057665e-1f));
        y = S.MultiplyAdd(y, f, S.Create(2.0000714765e-1f));
        y = S.MultiplyAdd(y, f, S.Create(-2.4999993993e-1f));
        y = S.MultiplyAdd(y, f, S.Create(3.3333331174e-1f));
        y = S.Multiply(S.Multiply(y, f), z);
        y = S.MultiplyAdd(e, S.Create(-2.12194440e-4f), y);
        y = S.MultiplyAdd(z, S.Create(-0.5f), y);
        return S.MultiplyAdd(e, S.Create(0.693359375f), S.Add(f, y));
    }
}
