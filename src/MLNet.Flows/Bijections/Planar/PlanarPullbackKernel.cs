using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Carries the gradient on C = W UHat^T back to W and UHat, once per batch; a vector holds layers.</summary>
/// <remarks>
/// C_kj = w_k.uHat_j for j &lt; k, with gradient T_jk: on w_k it adds sum_(j&lt;k) T_jk uHat_j, on uHat_k sum_(j&gt;k) T_kj w_j.
/// 1. T is written out twice with zeros where it does not count, as it is and turned around, so that both sums run over all j.
/// 2. In rows of layers, gW[d, .] += sum_j uHat[d, j] T[j, .] and gUHat[d, .] += sum_j w[d, j] T^T[j, .]: two small matrix products.
/// </remarks>
internal static unsafe class PlanarPullbackKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <param name="panels">The stack.</param>
    /// <param name="sums">W and UHat are added to.</param>
    /// <param name="upper">Scratch of stride x stride floats.</param>
    /// <param name="lower">Scratch of stride x stride floats.</param>
    public static void Run(PlanarPanels panels, PlanarGradientSums sums, AlignedBuffer upper, AlignedBuffer lower)
    {
        int stride = sums.Stride, layers = panels.Layers, padded = panels.PaddedLayers;
        for (int j = 0; j < layers; j++)
        {
            Span<float> row = upper.Span.Slice(j * stride, stride);
            sums.T.Span.Slice(j * stride, stride).CopyTo(row);
            row[..(j + 1)].Clear();
            for (int k = j + 1; k < layers; k++)
                lower[k * stride + j] = row[k];
        }

        fixed (float* w = panels.W, uHat = panels.UHat, onW = sums.W, onUHat = sums.UHat, t = upper, turned = lower)
        {
            for (int d = 0; d < panels.Dimension; d++)
            {
                for (int k = 0; k < padded; k += S.Count)
                {
                    V a = S.Load(onW + d * stride + k), b = S.Load(onUHat + d * stride + k);
                    for (int j = 0; j < layers; j++)
                    {
                        a = S.MultiplyAdd(S.Create(uHat[d * padded + j]), S.Load(t + j * stride + k), a);
                        b = S.MultiplyAdd(S.Create(w[d * padded + j]), S.Load(turned + j * stride + k), b);
                    }

                    S.Store(a, onW + d * stride + k);
                    S.Store(b, onUHat + d * stride + k);
                }
            }
        }
    }
}
