using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>One thread's forward state and gradient sums of a planar stack in training.</summary>
internal sealed class PlanarAccumulator(int dimension, int paddedLayers, SimdWidth width) : TrainableBijection.Accumulator
{
    public SimdWidth Width { get; } = width;

    public AlignedBuffer X { get; } = new(dimension * RowBlock.Rows);

    public AlignedBuffer H { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

    public AlignedBuffer GradientA { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

    /// <summary>h or ga transposed: 64 rows of layers.</summary>
    public AlignedBuffer Rows { get; } = new(PlanarGradientSums.StrideOf(paddedLayers) * RowBlock.Rows);

    public PlanarGradientSums Sums { get; } = new(dimension, paddedLayers, width);

    public override void Clear() => Sums.Clear();

    public override void Add(TrainableBijection.Accumulator other) => Sums.Add(((PlanarAccumulator)other).Sums);
}
