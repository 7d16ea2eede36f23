using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MLNet.Flows.Numerics;

/// <summary>Four numbers in double precision: conversions, exp and log, for inverses and constraints, where single precision is
/// not enough.</summary>
/// <remarks>The runtime's own exp and log start in its slow first compilation, and most fits on small data end before it has made
/// the fast one. These are series of rational numbers, long enough for the last bit.</remarks>
internal static class DoubleMath
{
    // log 2 in two parts: products of the first with a whole number up to 2^11 are exact.
    private const double Log2High = 6.93147180369123816490e-01;
    private const double Log2Low = 1.90821492927058770002e-10;

    /// <summary>Four values in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Widen(Vector128<float> values) =>
        Avx.IsSupported
            ? Avx.ConvertToVector256Double(values)
            : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));

    /// <summary>Four values rounded to single precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Narrow(Vector256<double> values) =>
        Avx.IsSupported ? Avx.ConvertToVector128Single(values) : Vector128.Narrow(values.GetLower(), values.GetUpper());

    /// <summary>e^x, within 2 ulp, for x in [-708, 709]; arguments outside are clamped to that range.</summary>
    /// <remarks>x = n log 2 + r with |r| &lt;= log(2)/2, subtracted in two parts; e^r by its Taylor series up to r^13 / 13!,
    /// whose next term is below 5e-18.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Exp(Vector256<double> x)
    {
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(-708.0)), Vector256.Create(709.0));

        // Added to 1.5 x 2^52, a number is rounded to a whole one, which is then in the last bits.
        Vector256<double> whole = Vector256.Create(6755399441055744.0), shifted = Vector256.MultiplyAddEstimate(
            x, Vector256.Create(1.4426950408889634), whole), n = shifted - whole;
        Vector256<double> r = Vector256.MultiplyAddEstimate(
            n, Vector256.Create(-Log2Low), Vector256.MultiplyAddEstimate(n, Vector256.Create(-Log2High), x));
        Vector256<double> p = Vector256.Create(1.0 / 6227020800);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 479001600));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 39916800));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 3628800));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 362880));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 40320));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 5040));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 720));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 120));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 24));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.0 / 6));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.5));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<double>.One);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<double>.One);
        return (p.AsInt64() + Vector256.ShiftLeft(shifted.AsInt64(), 52)).AsDouble();
    }

    /// <summary>log x, within 2 ulp, for positive normal x; NaN for NaN and infinity.</summary>
    /// <remarks>x = m 2^e with m in [sqrt(1/2), sqrt(2)), and log m = 2 artanh s, s = (m - 1) / (m + 1), by its series 2 (s + s^3
    /// / 3 + ...) up to s^23 / 23: |s| &lt; 0.172, so the next term is below 1e-20.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Log(Vector256<double> x)
    {
        const long One = 0x3FF0000000000000, RootOfHalf = 0x3FE6A09E667F3BCD, Mantissa = 0x000FFFFFFFFFFFFF,
        TwoTo52 = 0x4330000000000000;
        Vector256<long> bits = x.AsInt64() + Vector256.Create(One - RootOfHalf);
        Vector256<double> m = ((bits & Vector256.Create(Mantissa)) + Vector256.Create(RootOfHalf)).AsDouble();
        Vector256<double> e =
            (Vector256.ShiftRightLogical(bits, 52) | Vector256.Create(TwoTo52)).AsDouble()
                - Vector256.Create(4503599627370496.0 + 1023);
        Vector256<double> f = m - Vector256<double>.One, s = f / (m + Vector256<double>.One), z = s * s;
        Vector256<double> p = Vector256.Create(2.0 / 23);
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 21));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 19));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 17));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 15));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 13));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 11));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 9));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 7));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 5));
        p = Vector256.MultiplyAddEstimate(p, z, Vector256.Create(2.0 / 3));

        // 2 s = f - s f: the exact f comes last but for e log 2.
        Vector256<double> small = Vector256.MultiplyAddEstimate(e, Vector256.Create(Log2Low), s * (z * p - f));
        return Vector256.MultiplyAddEstimate(e, Vector256.Create(Log2High), f + small) + (x - x);
    }

    /// <summary>tanh x: of |x| it is (1 - e) / (1 + e) with e = exp(-2 |x|), which cannot overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Tanh(Vector256<double> x)
    {
        Vector256<double> e = Exp(-2 * Vector256.Abs(x));
        return Vector256.CopySign((Vector256<double>.One - e) / (Vector256<double>.One + e), x);
    }
}
