using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>What the mixture kernel reads: inverse scales and offsets [M, d] and each component's constant.</summary>
internal sealed class NormalMixtureParameters(int dimension, int components)
{
    public int Dimension { get; } = dimension;

    public int Components { get; } = components;

    public AlignedBuffer InverseScale { get; } = new(components * dimension);

    /// <summary>-mean / scale.</summary>
    public AlignedBuffer Offset { get; } = new(components * dimension);

    /// <summary>Per component, log weight - sum log scale - d/2 log(2 pi).</summary>
    public AlignedBuffer Constant { get; } = new(components);

    /// <param name="logWeights">[M], normalized.</param>
    /// <param name="mean">[M, d].</param>
    /// <param name="scale">[M, d], or [d] when all components share it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Set(ReadOnlySpan<double> logWeights, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale)
    {
        Span<float> inverseScale = InverseScale.Span, constant = Constant.Span;
        double logNormalizer = 0;
        for (int m = 0; m < Components; m++)
        {
            Span<float> inverse = inverseScale.Slice(m * Dimension, Dimension);
            if (m > 0 && scale.Length == Dimension)
            {
                // A shared scale takes its logarithms once.
                inverseScale[..Dimension].CopyTo(inverse);
            }
            else
            {
                logNormalizer = 0.5 * Dimension * Math.Log(2 * Math.PI);
                for (int d = 0; d < Dimension; d++)
                {
                    float own = scale[m * Dimension + d];
                    inverse[d] = 1 / own;
                    logNormalizer += Math.Log(own);
                }
            }

            constant[m] = (float)(logWeights[m] - logNormalizer);
        }

        TensorPrimitives.Multiply(mean, inverseScale, Offset.Span);
        TensorPrimitives.Negate(Offset.Span, Offset.Span);
    }
}
