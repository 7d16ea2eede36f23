using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The planar stack over a block of 64 rows; a vector holds one quantity of <c>S.Count</c> rows.</summary>
/// <remarks>
/// 1. Layer k adds uHat_k h_k with h_k = tanh(a_k), so z_(k-1) = x + sum_(j&lt;k) uHat_j h_j and
///    a_k = b_k + w_k.x + sum_(j&lt;k) C_kj h_j with C_kj = w_k.uHat_j: one triangular recurrence in h, no intermediate z.
/// 2. Layers go in panels of four. A panel's dependence on x and on earlier panels is a small matrix product: a tile of
///    4 layers x 2 vectors of rows stays in registers while columns of x, then of h, stream past.
/// 3. The triangle inside the panel follows: h_0, then its share of a_1, a_2, a_3, and so on.
/// 4. log|det| = sum_k log(1 + c_kk (1 - h_k^2)): the four factors of a panel are multiplied, then one logarithm is taken. A factor
///    is at least 1e-3 for trained stacks, so the product is at least 1e-12.
/// 5. Last, z = x + sum_k uHat_k h_k, four columns x 2 vectors at a time.
/// Each row sees its sums in one order (columns, then layers, ascending), as in <see cref="PlanarRowKernel{V, S}"/>.
/// </remarks>
internal static unsafe class PlanarForwardKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="panels">The stack.</param>
    /// <param name="x">[D, 64]; overwritten with z.</param>
    /// <param name="h">[K padded, 64]; receives h.</param>
    /// <param name="logDet">[64]; the log-determinant is added.</param>
    public static void Run(PlanarPanels panels, float* x, float* h, float* logDet)
    {
        int layers = panels.PaddedLayers, dimension = panels.Dimension;
        fixed (float* w = panels.W, below = panels.Below, b = panels.B, c = panels.C, uHat = panels.UHatRows)
        {
            for (int r = 0; r < R; r += 2 * S.Count)
            {
                Activations(dimension, layers, w, below, b, c, x + r, h + r, logDet + r);
                Latents(dimension, layers, uHat, x + r, h + r);
            }
        }
    }

    // Steps 2 to 4 for two vectors of rows.
    private static void Activations(int dimension, int layers, float* w, float* below, float* b, float* c, float* x, float* h, float* logDet)
    {
        int v = S.Count;
        V one = S.Create(1), log0 = S.Create(0), log1 = log0;
        for (int k = 0; k < layers; k += 4)
        {
            V a00 = S.Create(b[k]), a01 = a00, a10 = S.Create(b[k + 1]), a11 = a10;
            V a20 = S.Create(b[k + 2]), a21 = a20, a30 = S.Create(b[k + 3]), a31 = a30;
            float* m = w + k;
            float* y = x;
            for (int i = 0; i < dimension + k; i++, m += layers, y += R)
            {
                if (i == dimension)
                {
                    m = below + k;
                    y = h;
                }

                V y0 = S.Load(y), y1 = S.Load(y + v);
                V t = S.Create(m[0]);
                a00 = S.MultiplyAdd(t, y0, a00);
                a01 = S.MultiplyAdd(t, y1, a01);
                t = S.Create(m[1]);
                a10 = S.MultiplyAdd(t, y0, a10);
                a11 = S.MultiplyAdd(t, y1, a11);
                t = S.Create(m[2]);
                a20 = S.MultiplyAdd(t, y0, a20);
                a21 = S.MultiplyAdd(t, y1, a21);
                t = S.Create(m[3]);
                a30 = S.MultiplyAdd(t, y0, a30);
                a31 = S.MultiplyAdd(t, y1, a31);
            }

            // The triangle: row j of C's panel is at below[(k + j), k ..].
            float* triangle = below + k * layers + k;
            float* hk = h + k * R;
            V h0 = VectorMath<V, S>.Tanh(a00), h1 = VectorMath<V, S>.Tanh(a01);
            S.Store(h0, hk);
            S.Store(h1, hk + v);
            V q0 = Factor(c[k], one, h0), q1 = Factor(c[k], one, h1);
            V s = S.Create(triangle[1]);
            a10 = S.MultiplyAdd(s, h0, a10);
            a11 = S.MultiplyAdd(s, h1, a11);
            s = S.Create(triangle[2]);
            a20 = S.MultiplyAdd(s, h0, a20);
            a21 = S.MultiplyAdd(s, h1, a21);
            s = S.Create(triangle[3]);
            a30 = S.MultiplyAdd(s, h0, a30);
            a31 = S.MultiplyAdd(s, h1, a31);

            h0 = VectorMath<V, S>.Tanh(a10);
            h1 = VectorMath<V, S>.Tanh(a11);
            S.Store(h0, hk + R);
            S.Store(h1, hk + R + v);
            q0 = S.Multiply(q0, Factor(c[k + 1], one, h0));
            q1 = S.Multiply(q1, Factor(c[k + 1], one, h1));
            triangle += layers;
            s = S.Create(triangle[2]);
            a20 = S.MultiplyAdd(s, h0, a20);
            a21 = S.MultiplyAdd(s, h1, a21);
            s = S.Create(triangle[3]);
            a30 = S.MultiplyAdd(s, h0, a30);
            a31 = S.MultiplyAdd(s, h1, a31);

            h0 = VectorMath<V, S>.Tanh(a20);
            h1 = VectorMath<V, S>.Tanh(a21);
            S.Store(h0, hk + 2 * R);
            S.Store(h1, hk + 2 * R + v);
            q0 = S.Multiply(q0, Factor(c[k + 2], one, h0));
            q1 = S.Multiply(q1, Factor(c[k + 2], one, h1));
            s = S.Create(triangle[layers + 3]);
            a30 = S.MultiplyAdd(s, h0, a30);
            a31 = S.MultiplyAdd(s, h1, a31);

            h0 = VectorMath<V, S>.Tanh(a30);
            h1 = VectorMath<V, S>.Tanh(a31);
            S.Store(h0, hk + 3 * R);
            S.Store(h1, hk + 3 * R + v);
            q0 = S.Multiply(q0, Factor(c[k + 3], one, h0));
            q1 = S.Multiply(q1, Factor(c[k + 3], one, h1));
            log0 = S.Add(log0, VectorMath<V, S>.Log(q0));
            log1 = S.Add(log1, VectorMath<V, S>.Log(q1));
        }

        S.Store(S.Add(S.Load(logDet), log0), logDet);
        S.Store(S.Add(S.Load(logDet + v), log1), logDet + v);
    }

    // Step 5 for two vectors of rows.
    private static void Latents(int dimension, int layers, float* uHat, float* x, float* h)
    {
        int v = S.Count, d = 0;
        for (; d + 4 <= dimension; d += 4)
        {
            float* z = x + d * R;
            V z00 = S.Load(z), z01 = S.Load(z + v), z10 = S.Load(z + R), z11 = S.Load(z + R + v);
            V z20 = S.Load(z + 2 * R), z21 = S.Load(z + 2 * R + v), z30 = S.Load(z + 3 * R), z31 = S.Load(z + 3 * R + v);
            float* m = uHat + d;
            float* y = h;
            for (int k = 0; k < layers; k++, m += dimension, y += R)
            {
                V y0 = S.Load(y), y1 = S.Load(y + v);
                V t = S.Create(m[0]);
                z00 = S.MultiplyAdd(t, y0, z00);
                z01 = S.MultiplyAdd(t, y1, z01);
                t = S.Create(m[1]);
                z10 = S.MultiplyAdd(t, y0, z10);
                z11 = S.MultiplyAdd(t, y1, z11);
                t = S.Create(m[2]);
                z20 = S.MultiplyAdd(t, y0, z20);
                z21 = S.MultiplyAdd(t, y1, z21);
                t = S.Create(m[3]);
                z30 = S.MultiplyAdd(t, y0, z30);
                z31 = S.MultiplyAdd(t, y1, z31);
            }

            S.Store(z00, z);
            S.Store(z01, z + v);
            S.Store(z10, z + R);
            S.Store(z11, z + R + v);
            S.Store(z20, z + 2 * R);
            S.Store(z21, z + 2 * R + v);
            S.Store(z30, z + 3 * R);
            S.Store(z31, z + 3 * R + v);
        }

        for (; d < dimension; d++)
        {
            float* z = x + d * R;
            V z0 = S.Load(z), z1 = S.Load(z + v);
            for (int k = 0; k < layers; k++)
            {
                V t = S.Create(uHat[k * dimension + d]);
                z0 = S.MultiplyAdd(t, S.Load(h + k * R), z0);
                z1 = S.MultiplyAdd(t, S.Load(h + k * R + v), z1);
            }

            S.Store(z0, z);
            S.Store(z1, z + v);
        }
    }

    // 1 + c (1 - h^2) = (1 + c) - (c h) h.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Factor(float c, V one, V h)
    {
        V vc = S.Create(c);
        return S.NegatedMultiplyAdd(S.Multiply(vc, h), h, S.Add(one, vc));
    }
}
