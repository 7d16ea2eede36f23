using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A stack's parameters in the order in which the kernels read them: panels of four layers side by side.</summary>
/// <remarks>Layers are padded to a multiple of four with w = uHat = 0, b = 0, c = 0: layers that change nothing, to the bit. All
/// matrices end in 16 spare floats, so that a kernel may load whole vectors.</remarks>
internal sealed class PlanarPanels
{
    private const int Spare = 16;

    public PlanarPanels(int dimension, int layers)
    {
        Dimension = dimension;
        Layers = layers;
        PaddedLayers = (layers + 3) / 4 * 4;
        W = new AlignedBuffer(dimension * PaddedLayers + Spare);
        UHat = new AlignedBuffer(dimension * PaddedLayers + Spare);
        UHatRows = new AlignedBuffer(PaddedLayers * dimension + Spare);
        Below = new AlignedBuffer(PaddedLayers * PaddedLayers + Spare);
        Left = new AlignedBuffer(PaddedLayers * PaddedLayers + Spare);
        B = new AlignedBuffer(PaddedLayers + Spare);
        C = new AlignedBuffer(PaddedLayers + Spare);
    }

    public int Dimension { get; }

    public int Layers { get; }

    /// <summary>K rounded up to a multiple of four.</summary>
    public int PaddedLayers { get; }

    /// <summary>[d, k]: component d of w_k.</summary>
    public AlignedBuffer W { get; }

    /// <summary>[d, k]: component d of uHat_k.</summary>
    public AlignedBuffer UHat { get; }

    /// <summary>[k, d]: component d of uHat_k.</summary>
    public AlignedBuffer UHatRows { get; }

    /// <summary>[j, k]: C_kj = w_k.uHat_j for k &gt; j, else 0: what layer j's h adds to the a of the layers below it.</summary>
    public AlignedBuffer Below { get; }

    /// <summary>[j, k]: C_jk = w_j.uHat_k for j &gt; k, else 0: the same products, transposed, for the way back.</summary>
    public AlignedBuffer Left { get; }

    public AlignedBuffer B { get; }

    /// <summary>c_kk = w_k.uHat_k, above -1.</summary>
    public AlignedBuffer C { get; }

    /// <summary>Derives everything from w [K, D], uHat [K, D] and b [K]; products in double precision.</summary>
    public void Set(ReadOnlySpan<float> w, ReadOnlySpan<float> uHat, ReadOnlySpan<float> b)
    {
        int padded = PaddedLayers;
        Span<float> ws = W.Span, us = UHat.Span, below = Below.Span, left = Left.Span, c = C.Span;
        uHat.CopyTo(UHatRows.Span);
        b.CopyTo(B.Span);
        for (int k = 0; k < Layers; k++)
        {
            ReadOnlySpan<float> wk = w.Slice(k * Dimension, Dimension);
            ReadOnlySpan<float> uk = uHat.Slice(k * Dimension, Dimension);
            for (int d = 0; d < Dimension; d++)
            {
                ws[d * padded + k] = wk[d];
                us[d * padded + k] = uk[d];
            }

            c[k] = (float)Dot(wk, uk);
            for (int j = 0; j < k; j++)
            {
                float product = (float)Dot(wk, uHat.Slice(j * Dimension, Dimension));
                below[j * padded + k] = product;
                left[k * padded + j] = product;
            }
        }
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double even = 0, odd = 0;
        int i = 0;
        for (; i + 1 < a.Length; i += 2)
        {
            even += (double)a[i] * b[i];
            odd += (double)a[i + 1] * b[i + 1];
        }

        return i < a.Length ? even + odd + (double)a[i] * b[i] : even + odd;
    }
}
