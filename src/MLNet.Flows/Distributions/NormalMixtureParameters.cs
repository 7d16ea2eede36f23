using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>What the mixture kernel reads: means and inverse scales [M, d] and each component's constant.</summary>
internal sealed class NormalMixtureParameters(int dimension, int components)
{
    public int Dimension { get; } = dimension;

    public int Components { get; } = components;

    public AlignedBuffer Mean { get; } = new(components * dimension);

    public AlignedBuffer InverseScale { get; } = new(components * dimension);

    /// <summary>Per component, log weight - sum log scale - d/2 log(2 pi).</summary>
    public AlignedBuffer Constant { get; } = new(components);

    /// <param name="logWeights">[M], normalized.</param>
    /// <param name="mean">[M, d].</param>
    /// <param name="scale">[M, d], or [d] when all components share it.</param>
    public void Set(ReadOnlySpan<double> logWeights, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale)
    {
        mean.CopyTo(Mean.Span);
        bool shared = scale.Length == Dimension;
        for (int m = 0; m < Components; m++)
        {
            ReadOnlySpan<float> own = shared ? scale : scale.Slice(m * Dimension, Dimension);
            double constant = logWeights[m] - 0.5 * Dimension * Math.Log(2 * Math.PI);
            for (int d = 0; d < Dimension; d++)
            {
                InverseScale[m * Dimension + d] = 1 / own[d];
                constant -= Math.Log(own[d]);
            }

            Constant[m] = (float)constant;
        }
    }
}
