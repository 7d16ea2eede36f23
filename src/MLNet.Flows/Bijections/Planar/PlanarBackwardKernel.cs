using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Gradients of sum_r v_r (log|det|_r + log p_Z(z_r)) over a block of 64 rows; a vector holds rows.</summary>
/// <remarks>
/// With g = v d log p_Z / dz given, and gh, ga the gradients with respect to h and a:
/// 1. gh_k = uHat_k.g + sum_(j&gt;k) C_jk ga_j: the forward recurrence run backwards, panels of four layers from the last to the first.
/// 2. q_k = 1 + c_kk (1 - h_k^2) depends on h_k: d log q / dh = -2 c h / q. And h = tanh a: dh/da = 1 - h^2. So
///    ga_k = (1 - h_k^2) (gh_k - 2 v c_kk h_k / q_k).
/// 3. Per layer: gb_k = sum_r ga_k, and the explicit gradient on c_kk is sum_r v (1 - h_k^2) / q_k.
/// 4. Outer products over the rows: gW_k = sum_r ga_k x, gUHat_k = sum_r h_k g, and T_jk = sum_r h_j ga_k, the gradient on C_kj.
///    Of the two factors, the one that has layers is turned around, so that vectors hold layers (<see cref="PlanarOuterKernel{V, S}"/>).
/// </remarks>
internal static unsafe class PlanarBackwardKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="panels">The stack.</param>
    /// <param name="x">[D, 64], the inputs.</param>
    /// <param name="h">[stride of the sums, 64], from the forward pass; zeros behind K.</param>
    /// <param name="g">[D, 64], v d log p_Z / dz.</param>
    /// <param name="v">[64], the row weights.</param>
    /// <param name="ga">[stride of the sums, 64], receives the gradient with respect to a; zeros behind K.</param>
    /// <param name="rows">Scratch of 64 rows of the sums' stride.</param>
    /// <param name="sums">Where the sums are kept.</param>
    public static void Run(PlanarPanels panels, AlignedBuffer x, AlignedBuffer h, float* g, float* v, AlignedBuffer ga, AlignedBuffer rows, PlanarGradientSums sums)
    {
        int layers = panels.PaddedLayers, dimension = panels.Dimension, stride = sums.Stride;
        fixed (float* uHat = panels.UHat, left = panels.Left, c = panels.C)
        fixed (float* px = x, ph = h, pga = ga, right = rows)
        fixed (float* sumW = sums.W, sumUHat = sums.UHat, sumT = sums.T, sumB = sums.B, sumC = sums.C)
        {
            for (int r = 0; r < R; r += 2 * S.Count)
                Activations(dimension, layers, uHat, left, c, ph + r, g + r, v + r, pga + r, sumB, sumC);
            Transposition.OfColumns(ga.Span, (layers + 7) / 8 * 8, rows.Span, stride);
            PlanarOuterKernel<V, S>.Run(dimension, px, right, stride, sumW);
            PlanarOuterKernel<V, S>.Run(layers, ph, right, stride, sumT);
            Transposition.OfColumns(h.Span, (layers + 7) / 8 * 8, rows.Span, stride);
            PlanarOuterKernel<V, S>.Run(dimension, g, right, stride, sumUHat);
        }
    }

    /// <summary>The gradient with respect to the inputs alone, all row weights 1: steps 1 and 2, then g + sum_k w_k ga_k.</summary>
    /// <param name="panels">The stack.</param>
    /// <param name="h">[K padded, 64], from the forward pass.</param>
    /// <param name="g">[D, 64], d log p_Z / dz; overwritten with the gradient with respect to x.</param>
    /// <param name="ga">[K padded, 64], receives the gradient with respect to a.</param>
    public static void RunToInput(PlanarPanels panels, float* h, float* g, float* ga)
    {
        int layers = panels.PaddedLayers, dimension = panels.Dimension;
        var ones = new AlignedBuffer(R);
        ones.Span.Fill(1);
        var sums = new AlignedBuffer(2 * layers * S.Count);
        fixed (float* w = panels.W, uHat = panels.UHat, left = panels.Left, c = panels.C, v = ones, unused = sums)
        {
            for (int r = 0; r < R; r += 2 * S.Count)
                Activations(dimension, layers, uHat, left, c, h + r, g + r, v + r, ga + r, unused, unused + layers * S.Count);
            for (int d = 0; d < dimension; d++)
            {
                for (int r = 0; r < R; r += S.Count)
                {
                    V sum = S.Load(g + d * R + r);
                    for (int k = 0; k < layers; k++)
                        sum = S.MultiplyAdd(S.Create(w[d * layers + k]), S.Load(ga + k * R + r), sum);
                    S.Store(sum, g + d * R + r);
                }
            }
        }
    }

    // Steps 1 to 3 for two vectors of rows.
    private static void Activations(
        int dimension, int layers, float* uHat, float* left, float* c, float* h, float* g, float* v, float* ga, float* sumB, float* sumC)
    {
        int n = S.Count;
        V zero = S.Create(0), v0 = S.Load(v), v1 = S.Load(v + n);
        for (int k = layers - 4; k >= 0; k -= 4)
        {
            V g00 = zero, g01 = zero, g10 = zero, g11 = zero, g20 = zero, g21 = zero, g30 = zero, g31 = zero;
            float* m = uHat + k;
            float* y = g;
            int later = layers - k - 4;
            for (int i = 0; i < dimension + later; i++, m += layers, y += R)
            {
                if (i == dimension)
                {
                    m = left + (k + 4) * layers + k;
                    y = ga + (k + 4) * R;
                }

                V y0 = S.Load(y), y1 = S.Load(y + n);
                V t = S.Create(m[0]);
                g00 = S.MultiplyAdd(t, y0, g00);
                g01 = S.MultiplyAdd(t, y1, g01);
                t = S.Create(m[1]);
                g10 = S.MultiplyAdd(t, y0, g10);
                g11 = S.MultiplyAdd(t, y1, g11);
                t = S.Create(m[2]);
                g20 = S.MultiplyAdd(t, y0, g20);
                g21 = S.MultiplyAdd(t, y1, g21);
                t = S.Create(m[3]);
                g30 = S.MultiplyAdd(t, y0, g30);
                g31 = S.MultiplyAdd(t, y1, g31);
            }

            float* triangle = left + (k + 3) * layers + k;
            Activation(k + 3, c, h, v0, v1, ref g30, ref g31, ga, sumB, sumC);
            V s = S.Create(triangle[0]);
            g00 = S.MultiplyAdd(s, g30, g00);
            g01 = S.MultiplyAdd(s, g31, g01);
            s = S.Create(triangle[1]);
            g10 = S.MultiplyAdd(s, g30, g10);
            g11 = S.MultiplyAdd(s, g31, g11);
            s = S.Create(triangle[2]);
            g20 = S.MultiplyAdd(s, g30, g20);
            g21 = S.MultiplyAdd(s, g31, g21);

            triangle -= layers;
            Activation(k + 2, c, h, v0, v1, ref g20, ref g21, ga, sumB, sumC);
            s = S.Create(triangle[0]);
            g00 = S.MultiplyAdd(s, g20, g00);
            g01 = S.MultiplyAdd(s, g21, g01);
            s = S.Create(triangle[1]);
            g10 = S.MultiplyAdd(s, g20, g10);
            g11 = S.MultiplyAdd(s, g21, g11);

            triangle -= layers;
            Activation(k + 1, c, h, v0, v1, ref g10, ref g11, ga, sumB, sumC);
            s = S.Create(triangle[0]);
            g00 = S.MultiplyAdd(s, g10, g00);
            g01 = S.MultiplyAdd(s, g11, g01);
            Activation(k, c, h, v0, v1, ref g00, ref g01, ga, sumB, sumC);
        }
    }

    // Steps 2 and 3 for one layer: turns gh into ga.
    private static void Activation(
        int k, float* c, float* h, V v0, V v1, ref V g0, ref V g1, float* ga, float* sumB, float* sumC)
    {
        int n = S.Count;
        V one = S.Create(1), vc = S.Create(c[k]), onePlusC = S.Add(one, vc), twoC = S.Add(vc, vc);
        V h0 = S.Load(h + k * R), h1 = S.Load(h + k * R + n);
        V p0 = S.NegatedMultiplyAdd(h0, h0, one), p1 = S.NegatedMultiplyAdd(h1, h1, one);
        V w0 = S.Divide(v0, S.NegatedMultiplyAdd(S.Multiply(vc, h0), h0, onePlusC));
        V w1 = S.Divide(v1, S.NegatedMultiplyAdd(S.Multiply(vc, h1), h1, onePlusC));
        V sum = S.MultiplyAdd(p0, w0, S.Load(sumC + k * n));
        S.Store(S.MultiplyAdd(p1, w1, sum), sumC + k * n);
        g0 = S.Multiply(p0, S.NegatedMultiplyAdd(S.Multiply(twoC, h0), w0, g0));
        g1 = S.Multiply(p1, S.NegatedMultiplyAdd(S.Multiply(twoC, h1), w1, g1));
        S.Store(S.Add(S.Add(S.Load(sumB + k * n), g0), g1), sumB + k * n);
        S.Store(g0, ga + k * R);
        S.Store(g1, ga + k * R + n);
    }
}
