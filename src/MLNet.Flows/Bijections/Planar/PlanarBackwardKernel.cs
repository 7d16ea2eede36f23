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
            for (int r = 0; r < R; r += 4 * S.Count)
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
            for (int r = 0; r < R; r += 4 * S.Count)
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

    // Steps 1 to 3 for four vectors of rows, panels of four layers from the last to the first.
    private static void Activations(
        int dimension, int layers, float* uHat, float* left, float* c, float* h, float* g, float* v, float* ga, float* sumB, float* sumC)
    {
        int pair = 2 * S.Count;
        for (int k = layers - 4; k >= 0; k -= 4)
        {
            Products(dimension, layers, k, uHat, left, g, ga);
            Products(dimension, layers, k, uHat, left, g + pair, ga + pair);
            Triangle(layers, left + k * layers + k, c + k, h + k * R, v, ga + k * R, sumB + k * S.Count, sumC + k * S.Count);
        }
    }

    // Step 1 without the panel itself, for two vectors of rows: UHat g + C^T ga of four layers, from the columns of g and of the panels behind, left in
    // ga's place.
    private static void Products(int dimension, int layers, int k, float* uHat, float* left, float* g, float* ga)
    {
        int n = S.Count, later = layers - k - 4;
        V zero = S.Create(0);
        V g00 = zero, g01 = zero, g10 = zero, g11 = zero, g20 = zero, g21 = zero, g30 = zero, g31 = zero;
        float* m = uHat + k;
        float* y = g;
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

        float* to = ga + k * R;
        S.Store(g00, to);
        S.Store(g01, to + n);
        S.Store(g10, to + R);
        S.Store(g11, to + R + n);
        S.Store(g20, to + 2 * R);
        S.Store(g21, to + 2 * R + n);
        S.Store(g30, to + 3 * R);
        S.Store(g31, to + 3 * R + n);
    }

    // The rest of step 1, and steps 2 and 3, for four vectors of rows: turns four layers' gh into ga, the last layer first; triangle[j, i] = C_ji.
    private static void Triangle(int layers, float* triangle, float* c, float* h, float* v, float* ga, float* sumB, float* sumC)
    {
        int n = S.Count;
        V one = S.Create(1);
        for (int i = 3; i >= 0; i--)
        {
            V vc = S.Create(c[i]), onePlusC = S.Add(one, vc), twoC = S.Add(vc, vc), b = S.Load(sumB + i * n), onC = S.Load(sumC + i * n);
            for (int r = 0; r < 4 * n; r += n)
            {
                V gh = S.Load(ga + i * R + r);
                for (int j = i + 1; j < 4; j++)
                    gh = S.MultiplyAdd(S.Create(triangle[j * layers + i]), S.Load(ga + j * R + r), gh);
                V hi = S.Load(h + i * R + r);
                V slope = S.NegatedMultiplyAdd(hi, hi, one);
                V weight = S.Divide(S.Load(v + r), S.NegatedMultiplyAdd(S.Multiply(vc, hi), hi, onePlusC));
                onC = S.MultiplyAdd(slope, weight, onC);
                gh = S.Multiply(slope, S.NegatedMultiplyAdd(S.Multiply(twoC, hi), weight, gh));
                b = S.Add(b, gh);
                S.Store(gh, ga + i * R + r);
            }

            S.Store(b, sumB + i * n);
            S.Store(onC, sumC + i * n);
        }
    }
}
