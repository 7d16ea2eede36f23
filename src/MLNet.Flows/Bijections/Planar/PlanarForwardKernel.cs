using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The planar stack over a block of 64 rows; a vector holds one quantity of <c>S.Count</c> rows.</summary>
/// <remarks>
/// 1. Layer k adds uHat_k h_k with h_k = tanh(a_k), so z_(k-1) = x + sum_(j&lt;k) uHat_j h_j and
///    a_k = b_k + w_k.x + sum_(j&lt;k) C_kj h_j with C_kj = w_k.uHat_j: one triangular recurrence in h, no intermediate z.
/// 2. Layers go in panels of four. A panel's dependence on x and on earlier panels is a small matrix product: a tile of
///    4 layers x 2 vectors of rows stays in registers while columns of x, then of h, stream past.
/// 3. The triangle inside the panel follows for four vectors of rows at once: a tanh takes some 60 cycles from end to end but only 15 of the
///    processor's time, so four that do not wait for each other keep it busy.
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
        int layers = panels.PaddedLayers, dimension = panels.Dimension, group = 4 * S.Count, pair = 2 * S.Count;
        fixed (float* w = panels.W, below = panels.Below, b = panels.B, c = panels.C, uHat = panels.UHatRows)
        {
            float* logs = stackalloc float[R];
            new Span<float>(logs, R).Clear();
            for (int r = 0; r < R; r += group)
            {
                for (int k = 0; k < layers; k += 4)
                {
                    Products(dimension, layers, k, w, below, b, x + r, h + r);
                    Products(dimension, layers, k, w, below, b, x + r + pair, h + r + pair);
                    Triangle(layers, below + k * layers + k, c + k, h + k * R + r, logs + r);
                }

                Latents(dimension, layers, uHat, x + r, h + r);
                Latents(dimension, layers, uHat, x + r + pair, h + r + pair);
            }

            for (int r = 0; r < R; r += S.Count)
                S.Store(S.Add(S.Load(logDet + r), S.Load(logs + r)), logDet + r);
        }
    }

    // Step 2 for two vectors of rows: b + W x + C h of four layers, from the columns of x and of the panels before, left in h's place.
    private static void Products(int dimension, int layers, int k, float* w, float* below, float* b, float* x, float* h)
    {
        int v = S.Count;
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

        float* a = h + k * R;
        S.Store(a00, a);
        S.Store(a01, a + v);
        S.Store(a10, a + R);
        S.Store(a11, a + R + v);
        S.Store(a20, a + 2 * R);
        S.Store(a21, a + 2 * R + v);
        S.Store(a30, a + 3 * R);
        S.Store(a31, a + 3 * R + v);
    }

    // Steps 3 and 4 for four vectors of rows: turns four layers' a into h, one layer after the other; triangle[j, i] = C_ij.
    private static void Triangle(int layers, float* triangle, float* c, float* h, float* logs)
    {
        int v = S.Count;
        V one = S.Create(1), q0 = one, q1 = one, q2 = one, q3 = one;
        for (int i = 0; i < 4; i++)
        {
            float* a = h + i * R;
            V a0 = S.Load(a), a1 = S.Load(a + v), a2 = S.Load(a + 2 * v), a3 = S.Load(a + 3 * v);
            for (int j = 0; j < i; j++)
            {
                float* hj = h + j * R;
                V s = S.Create(triangle[j * layers + i]);
                a0 = S.MultiplyAdd(s, S.Load(hj), a0);
                a1 = S.MultiplyAdd(s, S.Load(hj + v), a1);
                a2 = S.MultiplyAdd(s, S.Load(hj + 2 * v), a2);
                a3 = S.MultiplyAdd(s, S.Load(hj + 3 * v), a3);
            }

            a0 = VectorMath<V, S>.Tanh(a0);
            a1 = VectorMath<V, S>.Tanh(a1);
            a2 = VectorMath<V, S>.Tanh(a2);
            a3 = VectorMath<V, S>.Tanh(a3);
            S.Store(a0, a);
            S.Store(a1, a + v);
            S.Store(a2, a + 2 * v);
            S.Store(a3, a + 3 * v);
            V vc = S.Create(c[i]), onePlusC = S.Add(one, vc);
            V f0 = S.NegatedMultiplyAdd(S.Multiply(vc, a0), a0, onePlusC), f1 = S.NegatedMultiplyAdd(S.Multiply(vc, a1), a1, onePlusC);
            V f2 = S.NegatedMultiplyAdd(S.Multiply(vc, a2), a2, onePlusC), f3 = S.NegatedMultiplyAdd(S.Multiply(vc, a3), a3, onePlusC);
            q0 = S.Multiply(q0, f0);
            q1 = S.Multiply(q1, f1);
            q2 = S.Multiply(q2, f2);
            q3 = S.Multiply(q3, f3);
        }

        AddLog(q0, logs);
        AddLog(q1, logs + v);
        AddLog(q2, logs + 2 * v);
        AddLog(q3, logs + 3 * v);
    }

    private static void AddLog(V product, float* logs) => S.Store(S.Add(S.Load(logs), VectorMath<V, S>.Log(product)), logs);

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
}
