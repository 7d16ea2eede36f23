using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A stack's parameters in the order in which the kernels read them: panels of four layers side by side.</summary>
/// <remarks>Layers are padded to a multiple of four with w = uHat = 0, b = 0, c = 0: layers that change nothing, to the bit. All
/// matrices end in 16 spare floats, so that a kernel may load whole vectors.</remarks>
internal sealed class PlanarPanels
{
    private const int Spare = 16;
    private readonly double[] _products;

    public PlanarPanels(int dimension, int layers)
    {
        _products = new double[(layers + 15) / 16 * 16];
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
        }

        for (int k = 0; k < Layers; k++)
        {
            Products(w.Slice(k * Dimension, Dimension), k + 1);
            c[k] = (float)_products[k];
            for (int j = 0; j < k; j++)
                below[j * padded + k] = left[k * padded + j] = (float)_products[j];
        }
    }

    // w.uHat_j for j below count, rounded up to a multiple of 16, in double precision: a value of w meets the uHat of 16 layers.
    private void Products(ReadOnlySpan<float> w, int count)
    {
        ref float uHat = ref UHat.GetPinnableReference();
        for (int j = 0; j < count; j += 16)
        {
            Vector512<double> low = Vector512<double>.Zero, high = low;
            for (int d = 0; d < w.Length; d++)
            {
                (Vector512<double> u0, Vector512<double> u1) = Vector512.Widen(Vector512.LoadUnsafe(ref uHat, (nuint)(d * PaddedLayers + j)));
                Vector512<double> factor = Vector512.Create((double)w[d]);
                low = Vector512.FusedMultiplyAdd(factor, u0, low);
                high = Vector512.FusedMultiplyAdd(factor, u1, high);
            }

            low.CopyTo(_products, j);
            high.CopyTo(_products, j + 8);
        }
    }
}
