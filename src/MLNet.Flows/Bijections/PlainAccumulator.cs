using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections;

/// <summary>The accumulator of a bijection that brings none of its own: the points of a block, and one sum per
/// parameter.</summary>
/// <param name="dimension">d.</param>
/// <param name="parameters">Number of parameters.</param>
internal sealed class PlainAccumulator(int dimension, int parameters) : TrainableBijection.Accumulator
{
    /// <summary>[d, 64], for the bijection to keep what its backward pass needs of the block last run forward: x, or z.</summary>
    public float[] Points { get; } = new float[dimension * RowBlock.Rows];

    /// <summary>[parameters]: the gradient so far.</summary>
    public double[] Gradient { get; } = new double[parameters];

    /// <summary>Keeps the block's points as they are now.</summary>
    public void Keep(RowBlock block) => block.Values.Span[..Points.Length].CopyTo(Points);

    /// <summary>What was kept of a column.</summary>
    public Span<float> Column(int column) => Points.AsSpan(column * RowBlock.Rows, RowBlock.Rows);

    public override void Clear() => Array.Clear(Gradient);

    public override void Add(TrainableBijection.Accumulator other) =>
        TensorPrimitives.Add(Gradient, ((PlainAccumulator)other).Gradient, Gradient);
}
