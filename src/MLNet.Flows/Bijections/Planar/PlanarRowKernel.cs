using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The planar stack on one row: lanes hold layers for a, and features for z.</summary>
/// <remarks>The same sums in the same order as <see cref="PlanarForwardKernel{V, S}"/>, hence the same bits:
/// 1. a = b + sum_d W[., d] x_d, a vector of layers at a time;
/// 2. layer by layer, h_j = tanh(a_j), then a_k += C_kj h_j for the layers below (C is 0 elsewhere, which changes nothing);
/// 3. log|det| from the product of the factors, split into mantissa and exponent after every panel of four;
/// 4. z = x + sum_k uHat_k h_k, a vector of features at a time.</remarks>
internal static unsafe class PlanarRowKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <param name="panels">The stack.</param>
    /// <param name="row">The point, overwritten with z; K padded floats of its scratch are used.</param>
    /// <returns>log|det df/dx|.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(PlanarPanels panels, RowWorkspace row)
    {
        int layers = panels.PaddedLayers, dimension = panels.Dimension;
        fixed (float* w = panels.W, below = panels.Below, b = panels.B, c = panels.C, uHat = panels.UHatRows)
        fixed (float* x = row.Values, a = row.Scratch)
        {
            for (int k = 0; k < layers; k += S.Count)
            {
                V sum = S.Load(b + k);
                float* m = w + k;
                for (int d = 0; d < dimension; d++, m += layers)
                    sum = S.MultiplyAdd(S.Load(m), S.Create(x[d]), sum);
                S.Store(sum, a + k);
            }

            float product = 1, exponent = 0;
            for (int k = 0; k < layers; k += 4)
            {
                for (int j = k; j < k + 4; j++)
                {
                    float h = VectorMath<float, SimdScalar>.Tanh(a[j]);
                    V vh = S.Create(h);
                    float* m = below + j * layers;
                    for (int i = (j + 1) / S.Count * S.Count; i < layers; i += S.Count)
                        S.Store(S.MultiplyAdd(S.Load(m + i), vh, S.Load(a + i)), a + i);
                    a[j] = h;
                    product *= SimdScalar.NegatedMultiplyAdd(c[j] * h, h, 1 + c[j]);
                }

                product = VectorMath<float, SimdScalar>.Split(product, out float e);
                exponent += e;
            }

            for (int d = 0; d < dimension; d += S.Count)
            {
                V z = S.Load(x + d);
                for (int k = 0; k < layers; k++)
                    z = S.MultiplyAdd(S.Load(uHat + k * dimension + d), S.Create(a[k]), z);
                S.Store(z, x + d);
            }

            return VectorMath<float, SimdScalar>.Log(product, exponent);
        }
    }
}
