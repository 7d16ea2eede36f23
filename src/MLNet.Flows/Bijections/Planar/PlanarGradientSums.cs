using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>Sums over rows of a planar stack's gradients, lane by lane: each entry is as many floats as a vector has lanes.</summary>
internal sealed class PlanarGradientSums(int dimension, int paddedLayers, SimdWidth width)
{
    /// <summary>Lanes per entry.</summary>
    public int Lanes { get; } = (int)width;

    /// <summary>[k, d]: sum of ga_k x_d.</summary>
    public AlignedBuffer W { get; } = new(paddedLayers * dimension * (int)width);

    /// <summary>[k, d]: sum of h_k g_d.</summary>
    public AlignedBuffer UHat { get; } = new(paddedLayers * dimension * (int)width);

    /// <summary>[k, j]: sum of ga_k h_j, the gradient on C_kj; only j &lt; k counts.</summary>
    public AlignedBuffer T { get; } = new(paddedLayers * paddedLayers * (int)width);

    /// <summary>[k]: sum of ga_k.</summary>
    public AlignedBuffer B { get; } = new(paddedLayers * (int)width);

    /// <summary>[k]: sum of v (1 - h_k^2) / q_k.</summary>
    public AlignedBuffer C { get; } = new(paddedLayers * (int)width);

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

    /// <summary>One entry: its lanes added up.</summary>
    public double Total(AlignedBuffer buffer, int entry)
    {
        double sum = 0;
        foreach (float lane in buffer.Span.Slice(entry * Lanes, Lanes))
            sum += lane;
        return sum;
    }

    private AlignedBuffer[] Buffers() => [W, UHat, T, B, C];
}
