using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The planar stack over a block of 64 rows; a vector holds one quantity of <c>S.Count</c> rows.</summary>
/// <remarks>
/// 1. Layer k adds uHat_k h_k with h_k = tanh(a_k), so z_(k-1) = x + sum_(j&lt;k) uHat_j h_j and
///    a_k = b_k + w_k.x + sum_(j&lt;k) C_kj h_j with C_kj = w_k.uHat_j: one triangular recurrence in h, no intermediate z.
/// 2. Layers go in panels of four. A panel's dependence on x and on earlier panels is a small matrix product
///    (<see cref="PlanarTileKernel{V, S}"/>).
/// 3. The triangle inside the panel follows, layer by layer, each for all rows: a tanh takes some 60 cycles from end to end but
///    only 10 to 15 of the processor's time, so the rows, which do not wait for each other, keep it busy; two vectors of them go
///    side by side.
/// 4. log|det| = log prod_k q_k, q_k = 1 + c_kk (1 - h_k^2). The product is kept as mantissa 2^exponent, split again after every
///    panel, and one logarithm is taken at the end. A factor is at least 1e-3 for trained stacks, so a panel takes at most 1e-12
///    off the mantissa.
/// 5. Last, z = x + sum_k uHat_k h_k.
/// Each row sees its sums in one order (columns, then layers, ascending), as in <see cref="PlanarRowKernel{V, S}"/>.
/// </remarks>
internal static unsafe class PlanarForwardKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="panels">The stack.</param>
    /// <param name="block">Its points are overwritten with z; the log-determinant is added.</param>
    /// <param name="activations">[K padded, 64]; receives h. Null for the block's scratch columns.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PlanarPanels panels, RowBlock block, AlignedBuffer? activations)
    {
        int layers = panels.PaddedLayers, dimension = panels.Dimension;
        fixed (float* w = panels.W, below = panels.Below, b = panels.B, c = panels.C, uHat = panels.UHatRows)
        fixed (float* x = block.Values, logDet = block.LogDet, kept = activations ?? block.Values)
        {
            float* h = activations is null ? x + dimension * R : kept;
            float* mantissa = stackalloc float[R];
            float* exponent = stackalloc float[R];
            new Span<float>(mantissa, R).Fill(1);
            new Span<float>(exponent, R).Clear();
            for (int k = 0; k < layers; k += 4)
            {
                for (int r = 0; r < R; r += 2 * S.Count)
                    Products(dimension, layers, k, w, below, b, x + r, h + r);
                Triangle(layers, below + k * layers + k, c + k, h + k * R, mantissa, exponent);
            }

            for (int r = 0; r < R; r += 2 * S.Count)
                Latents(dimension, layers, uHat, x + r, h + r);
            for (int r = 0; r < R; r += S.Count)
                S.Store(S.Add(S.Load(logDet + r), VectorMath<V, S>.Log(S.Load(mantissa + r), S.Load(exponent + r))), logDet + r);
        }
    }

    // Step 2 for two vectors of rows: b + W x + C h of four layers, from the columns of x and of the panels before, left in h's
    // place.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(int dimension, int layers, int k, float* w, float* below, float* b, float* x, float* h)
    {
        V a00 = S.Create(b[k]), a01 = a00, a10 = S.Create(b[k + 1]), a11 = a10;
        V a20 = S.Create(b[k + 2]), a21 = a20, a30 = S.Create(b[k + 3]), a31 = a30;
        PlanarTileKernel<V, S>.Add(
            dimension, w + k, x, k, below + k, h, layers, ref a00, ref a01, ref a10, ref a11, ref a20, ref a21, ref a30, ref a31);
        PlanarTileKernel<V, S>.Store(h + k * R, a00, a01, a10, a11, a20, a21, a30, a31);
    }

    // Steps 3 and 4: turns a panel's a into h, one layer after the other, and multiplies their factors to the product;
    // triangle[j, i] = C_ij.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Triangle(int layers, float* triangle, float* c, float* h, float* mantissa, float* exponent)
    {
        int v = S.Count;
        for (int i = 0; i < 4; i++)
        {
            V vc = S.Create(c[i]), onePlusC = S.Create(1 + c[i]);
            V c0 = S.Create(triangle[i]), c1 = S.Create(triangle[layers + i]), c2 = S.Create(triangle[2 * layers + i]);
            for (int r = 0; r < R; r += 2 * v)
            {
                float* y = h + r;
                V a0 = S.Load(y + i * R), a1 = S.Load(y + i * R + v);
                if (i > 0)
                {
                    a0 = S.MultiplyAdd(c0, S.Load(y), a0);
                    a1 = S.MultiplyAdd(c0, S.Load(y + v), a1);
                }

                if (i > 1)
                {
                    a0 = S.MultiplyAdd(c1, S.Load(y + R), a0);
                    a1 = S.MultiplyAdd(c1, S.Load(y + R + v), a1);
                }

                if (i > 2)
                {
                    a0 = S.MultiplyAdd(c2, S.Load(y + 2 * R), a0);
                    a1 = S.MultiplyAdd(c2, S.Load(y + 2 * R + v), a1);
                }

                VectorMath<V, S>.Tanh(ref a0, ref a1);
                S.Store(a0, y + i * R);
                S.Store(a1, y + i * R + v);
                S.Store(S.Multiply(S.Load(mantissa + r), S.NegatedMultiplyAdd(S.Multiply(vc, a0), a0, onePlusC)), mantissa + r);
                S.Store(
                    S.Multiply(S.Load(mantissa + r + v), S.NegatedMultiplyAdd(S.Multiply(vc, a1), a1, onePlusC)),
                    mantissa + r + v);
            }
        }

        for (int r = 0; r < R; r += S.Count)
        {
            S.Store(VectorMath<V, S>.Split(S.Load(mantissa + r), out V e), mantissa + r);
            S.Store(S.Add(S.Load(exponent + r), e), exponent + r);
        }
    }

    // Step 5 for two vectors of rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Latents(int dimension, int layers, float* uHat, float* x, float* h)
    {
        int v = S.Count, d = 0;
        for (; d + 4 <= dimension; d += 4)
        {
            float* z = x + d * R;
            V z00 = S.Load(z), z01 = S.Load(z + v), z10 = S.Load(z + R), z11 = S.Load(z + R + v);
            V z20 = S.Load(z + 2 * R), z21 = S.Load(z + 2 * R + v), z30 = S.Load(z + 3 * R), z31 = S.Load(z + 3 * R + v);
            PlanarTileKernel<V, S>.Add(
                layers, uHat + d, h, 0, null, null, dimension, ref z00, ref z01, ref z10, ref z11, ref z20, ref z21, ref z30,
                ref z31);
            PlanarTileKernel<V, S>.Store(z, z00, z01, z10, z11, z20, z21, z30, z31);
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
