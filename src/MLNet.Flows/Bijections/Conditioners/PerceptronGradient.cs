using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>Sums over rows of the gradients of a perceptron's weights, and scratch for a block's.</summary>
internal sealed class PerceptronGradient
{
    /// <summary>Partial sums that a bias has.</summary>
    public const int Lanes = LaneSums.Sixteen;

    private const int Alignment = 16;
    private readonly int[] _strides;

    public PerceptronGradient(MultilayerPerceptron network)
    {
        _strides = [.. network.Layers.Select(layer => (layer.Inputs + Alignment - 1) / Alignment * Alignment)];
        Weights = [.. network.Layers.Select((layer, l) => new AlignedBuffer(layer.Outputs * _strides[l] + Alignment))];
        Biases = [.. network.Layers.Select(layer => new AlignedBuffer(layer.Outputs * Lanes))];
        Transposed = new AlignedBuffer(_strides.Max() * RowBlock.Rows + Alignment);
    }

    /// <summary>Per layer [outputs, stride].</summary>
    public AlignedBuffer[] Weights { get; }

    /// <summary>Per layer [outputs, lanes].</summary>
    public AlignedBuffer[] Biases { get; }

    /// <summary>A layer's inputs transposed: [64, stride].</summary>
    public AlignedBuffer Transposed { get; }

    /// <summary>From one output's weights to the next: the inputs rounded up to whole vectors.</summary>
    public int Stride(int layer) => _strides[layer];

    public void Clear()
    {
        foreach (AlignedBuffer buffer in Weights.Concat(Biases))
            buffer.Clear();
    }

    /// <summary>Adds the other's sums to this one's.</summary>
    public void Add(PerceptronGradient other)
    {
        foreach ((AlignedBuffer mine, AlignedBuffer theirs) in Weights.Concat(Biases).Zip(other.Weights.Concat(other.Biases)))
            TensorPrimitives.Add(mine.Span, theirs.Span, mine.Span);
    }
}
