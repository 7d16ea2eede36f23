using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Sums over rows of a planar stack's gradients, laid out like the panels: layers side by side.</summary>
/// <param name="dimension">D.</param>
/// <param name="paddedLayers">K rounded up to a multiple of four.</param>
/// <param name="width">Of the lanes that B and C are kept in.</param>
internal sealed class PlanarGradientSums(int dimension, int paddedLayers, SimdWidth width)
{
    /// <summary>From one row of W, UHat or T to the next: K rounded up to a multiple of 16.</summary>
    public int Stride { get; } = StrideOf(paddedLayers);

    /// <summary>Lanes per entry of B and C.</summary>
    public int Lanes { get; } = (int)width;

    /// <summary>[d, k]: sum of ga_k x_d.</summary>
    public AlignedBuffer W { get; } = new(StrideOf(paddedLayers) * dimension);

    /// <summary>[d, k]: sum of h_k g_d.</summary>
    public AlignedBuffer UHat { get; } = new(StrideOf(paddedLayers) * dimension);

    /// <summary>[j, k]: sum of ga_k h_j, the gradient on C_kj; only k &gt; j counts.</summary>
    public AlignedBuffer T { get; } = new(StrideOf(paddedLayers) * paddedLayers);

    /// <summary>[k]: sum of ga_k, lane by lane.</summary>
    public AlignedBuffer B { get; } = new(paddedLayers * (int)width);

    /// <summary>[k]: sum of v (1 - h_k^2) / q_k, lane by lane.</summary>
    public AlignedBuffer C { get; } = new(paddedLayers * (int)width);

    public static int StrideOf(int layers) => (layers + 15) / 16 * 16;

    public void Clear()
    {
        foreach (AlignedBuffer buffer in Buffers())
            buffer.Clear();
    }

    public void Add(PlanarGradientSums other)
    {
        foreach ((AlignedBuffer mine, AlignedBuffer theirs) in Buffers().Zip(other.Buffers()))
            TensorPrimitives.Add(mine.Span, theirs.Span, mine.Span);
    }

    private AlignedBuffer[] Buffers() => [W, UHat, T, B, C];
}
