using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>What one thread needs to regress a velocity field over blocks of 64 rows: points with their times, the velocities
/// that they should have, and gradient sums.</summary>
internal sealed class VelocityRegression(MultilayerPerceptron network)
{
    /// <summary>[ActivationLength, 64]: at the start the inputs, which are given: d columns of points, then the time
    /// features, then the context.</summary>
    public AlignedBuffer Activations { get; } = new(network.ActivationLength * RowBlock.Rows);

    /// <summary>[d, 64], the velocities to be learned.</summary>
    public AlignedBuffer Targets { get; } = new(network.Outputs * RowBlock.Rows);

    /// <summary>Laid out like the activations.</summary>
    public AlignedBuffer Gradients { get; } = new(network.ActivationLength * RowBlock.Rows);

    /// <summary>[64], given; 0 for rows beyond the count.</summary>
    public AlignedBuffer Weights { get; } = new(RowBlock.Rows);

    public PerceptronGradient Sums { get; } = new(network);

    /// <summary>[inputs, 64], points, time features and context.</summary>
    public Span<float> Inputs => Activations.Span[..(network.Inputs * RowBlock.Rows)];
}
