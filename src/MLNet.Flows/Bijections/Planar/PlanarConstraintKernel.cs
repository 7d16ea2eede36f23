using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary><see cref="PlanarConstraint"/> and its chain rule, four layers at a time: a vector holds layers, sums run over the
/// features in order.</summary>
/// <remarks>
/// With t = w.u, n = |w|^2, s = (m(t) - t) / n:
/// 1. uHat = u + s w, s = 0 where w = 0.
/// Back from (gW explicitly, gUHat, gC on c = m(t)):
/// 2. the gradient on s is gS = gUHat.w;
/// 3. on t: gT = m'(t) gC + gS (m'(t) - 1) / n; on n: gN = -gS s / n;
/// 4. gU = gUHat + gT w; gW += s gUHat + 2 gN w + gT u.
/// </remarks>
internal static unsafe class PlanarConstraintKernel
{
    private const int Panel = 4;

    /// <summary>Step 1: the panels' UHat from their W and from u.</summary>
    /// <param name="panels">W is read, UHat written.</param>
    /// <param name="u">[d, k], raw.</param>
    /// <param name="terms">[4, K padded], receives t, n, s and m'(t), which the way back needs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(PlanarPanels panels, AlignedBuffer u, double[] terms)
    {
        int padded = panels.PaddedLayers, dimension = panels.Dimension;
        fixed (float* ws = panels.W, uHats = panels.UHat, us = u)
        fixed (double* ts = terms)
        {
            double* ns = ts + padded, shifts = ns + padded, slopes = shifts + padded;
            for (int k = 0; k < padded; k += Panel)
            {
                Vector256<double> t = Vector256<double>.Zero, n = t;
                for (int at = k; at < dimension * padded; at += padded)
                {
                    Vector256<double> w = Load(ws + at);
                    t = Vector256.MultiplyAddEstimate(w, Load(us + at), t);
                    n = Vector256.MultiplyAddEstimate(w, w, n);
                }

                t.Store(ts + k);
                n.Store(ns + k);
            }

            // Apart from the sums, so that the functions of several panels, which do not wait for each other, are under way at a
            // time.
            for (int k = 0; k < padded; k += Panel)
            {
                Vector256<double> t = Vector256.Load(ts + k), n = Vector256.Load(ns + k), m = PlanarConstraint.M(
                    t, out Vector256<double> slope);
                Vector256.ConditionalSelect(Vector256.GreaterThan(n, Vector256<double>.Zero), (m - t) / n, Vector256<double>.Zero)
                    .Store(shifts + k);
                slope.Store(slopes + k);
            }

            for (int k = 0; k < padded; k += Panel)
            {
                Vector256<double> shift = Vector256.Load(shifts + k);
                for (int at = k; at < dimension * padded; at += padded)
                    DoubleMath.Narrow(Vector256.MultiplyAddEstimate(shift, Load(ws + at), Load(us + at))).Store(uHats + at);
            }
        }
    }

    /// <summary>The panels' c_kk = w_k.uHat_k from their W and UHat, in double precision: near -1 the last digits
    /// decide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Diagonal(PlanarPanels panels)
    {
        int padded = panels.PaddedLayers, end = panels.Dimension * padded;
        fixed (float* ws = panels.W, uHats = panels.UHat, c = panels.C)
        {
            for (int k = 0; k < padded; k += Panel)
            {
                Vector256<double> sum = Vector256<double>.Zero;
                for (int at = k; at < end; at += padded)
                    sum = Vector256.MultiplyAddEstimate(Load(ws + at), Load(uHats + at), sum);
                DoubleMath.Narrow(sum).Store(c + k);
            }
        }
    }

    /// <summary>Steps 2 to 4, over the sums' W and UHat, which become the gradients on w and u.</summary>
    /// <param name="panels">W is read.</param>
    /// <param name="u">[d, k], raw.</param>
    /// <param name="terms">From <see cref="Apply"/>.</param>
    /// <param name="gradientC">[K padded], on c.</param>
    /// <param name="sums">Changed in place.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(PlanarPanels panels, AlignedBuffer u, double[] terms, double[] gradientC, PlanarGradientSums sums)
    {
        int padded = panels.PaddedLayers, dimension = panels.Dimension, stride = sums.Stride;
        fixed (float* ws = panels.W, us = u, onW = sums.W, onUHat = sums.UHat)
        fixed (double* ts = terms, gC = gradientC)
        {
            double* ns = ts + padded, shifts = ns + padded, slopes = shifts + padded;
            for (int k = 0; k < padded; k += Panel)
            {
                Vector256<double> gS = Vector256<double>.Zero;
                for (int d = 0; d < dimension; d++)
                    gS = Vector256.MultiplyAddEstimate(Load(onUHat + d * stride + k), Load(ws + d * padded + k), gS);
                Vector256<double> n = Vector256.Load(ns + k), s = Vector256.Load(shifts + k), slope = Vector256.Load(slopes + k);
                Vector256<double> hasDirection = Vector256.GreaterThan(n, Vector256<double>.Zero);
                Vector256<double> gT = slope * Vector256.Load(gC + k) + gS * (slope - Vector256<double>.One) / n;
                Vector128<float> onT = DoubleMath.Narrow(gT & hasDirection);
                Vector128<float> onN = DoubleMath.Narrow(gS * s / n * -2.0 & hasDirection), shift = DoubleMath.Narrow(s);
                for (int d = 0; d < dimension; d++)
                {
                    float* gU = onUHat + d * stride + k, gW = onW + d * stride + k;
                    Vector128<float> w = Vector128.Load(ws + d * padded + k), gUHat = Vector128.Load(gU);
                    Vector128<float> sum = Vector128.Load(gW);
                    sum = Vector128.MultiplyAddEstimate(shift, gUHat, sum);
                    sum = Vector128.MultiplyAddEstimate(onN, w, sum);
                    Vector128.MultiplyAddEstimate(onT, Vector128.Load(us + d * padded + k), sum).Store(gW);
                    Vector128.MultiplyAddEstimate(onT, w, gUHat).Store(gU);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Load(float* from) => DoubleMath.Widen(Vector128.Load(from));
}
