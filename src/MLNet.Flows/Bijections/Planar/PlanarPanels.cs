using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A stack's parameters in the order in which the kernels read them: panels of four layers side by side.</summary>
/// <remarks>Layers are padded to a multiple of four with w = uHat = 0, b = 0, c = 0: layers that change nothing, to the bit. All
/// matrices end in 16 spare floats, so that a kernel may load whole vectors.</remarks>
internal sealed class PlanarPanels
{
    private const int Spare = 16;
    private AlignedBuffer? _products;
    private AlignedBuffer? _left;

    public PlanarPanels(int dimension, int layers)
    {
        Dimension = dimension;
        Layers = layers;
        PaddedLayers = (layers + 3) / 4 * 4;
        int size = checked(dimension * PaddedLayers + Spare);
        W = new AlignedBuffer(size);
        UHat = new AlignedBuffer(size);
        UHatRows = new AlignedBuffer(size);
        Below = SquareMatrix();
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

    /// <summary>[j, k]: C_jk = w_j.uHat_k for j &gt; k, else 0: the same products, transposed, for the way back. Made on first
    /// use where nothing trains.</summary>
    public AlignedBuffer Left => LazyInitializer.EnsureInitialized(ref _left, () =>
    {
        AlignedBuffer left = SquareMatrix();
        TransposeBelow(left);
        return left;
    });

    public AlignedBuffer B { get; }

    /// <summary>c_kk = w_k.uHat_k, above -1.</summary>
    public AlignedBuffer C { get; }

    /// <summary>Derives everything from w [K, D], uHat [K, D] and b [K].</summary>
    public void Set(ReadOnlySpan<float> w, ReadOnlySpan<float> uHat, ReadOnlySpan<float> b)
    {
        Transposition.Of(w, Layers, Dimension, W, PaddedLayers);
        Transposition.Of(uHat, Layers, Dimension, UHat, PaddedLayers);
        uHat.CopyTo(UHatRows.Span);
        b.CopyTo(B.Span);
        SetProducts();
        _products = null;
    }

    /// <summary>Derives everything from raw w [K, D], u [K, D] and b [K], with the constraint applied.</summary>
    /// <param name="w">[K, D].</param>
    /// <param name="u">[K, D].</param>
    /// <param name="b">[K].</param>
    /// <param name="raw">Receives u as [d, k], with 16 spare floats.</param>
    /// <param name="terms">Receives what the constraint's way back needs (<see cref="PlanarConstraintKernel.Apply"/>).</param>
    public void SetRaw(ReadOnlySpan<float> w, ReadOnlySpan<float> u, ReadOnlySpan<float> b, AlignedBuffer raw, double[] terms)
    {
        Transposition.Of(w, Layers, Dimension, W, PaddedLayers);
        Transposition.Of(u, Layers, Dimension, raw, PaddedLayers);
        PlanarConstraintKernel.Apply(this, raw, terms);
        Transposition.Of(UHat.Span, Dimension, PaddedLayers, UHatRows, Dimension);
        b.CopyTo(B.Span);
        _left ??= SquareMatrix();
        SetProducts();
        TransposeBelow(_left);
    }

    private AlignedBuffer SquareMatrix() => new(checked(PaddedLayers * PaddedLayers + Spare));

    private void TransposeBelow(AlignedBuffer left) =>
        Transposition.Of(Below, PaddedLayers, PaddedLayers, PaddedLayers, left.Span[..(PaddedLayers * PaddedLayers)]);

    // C_kj = w_k.uHat_j below the diagonal, in single precision like the w_k.x beside which they are summed; c_kk apart.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SetProducts()
    {
        PlanarConstraintKernel.Diagonal(this);
        _products ??= new AlignedBuffer(checked(PaddedLayers * PlanarGradientSums.StrideOf(PaddedLayers)));
        _products.Clear();
        var products = new Products(this, _products);
        SimdDispatch.Run(SimdSupport.Best, ref products);
        int stride = PlanarGradientSums.StrideOf(PaddedLayers);
        for (int j = 0; j < PaddedLayers; j++)
            _products.Span.Slice(j * stride + j + 1, PaddedLayers - j - 1).CopyTo(Below.Span[(j * PaddedLayers + j + 1)..]);
    }

    private readonly struct Products(PlanarPanels panels, AlignedBuffer to) : ISimdOperation
    {
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V> => MatrixKernel<V, S>.Run(
                panels.PaddedLayers,
                panels.UHatRows,
                panels.Dimension,
                panels.Dimension,
                panels.W,
                panels.PaddedLayers,
                panels.PaddedLayers,
                to,
                PlanarGradientSums.StrideOf(panels.PaddedLayers),
                upper: true);
    }
}
