using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>What the location-scale kernel reads: locations, inverse scales and the normalizing constant.</summary>
/// <param name="dimension">d.</param>
/// <param name="degreesOfFreedom">nu of the Student-t; positive infinity for the normal.</param>
internal sealed class LocationScaleParameters(int dimension, double degreesOfFreedom)
{
    public int Dimension { get; } = dimension;

    public double DegreesOfFreedom { get; } = degreesOfFreedom;

    public bool IsNormal { get; } = double.IsPositiveInfinity(degreesOfFreedom);

    /// <summary>1/nu; 0 for the normal.</summary>
    public float InverseNu { get; } = (float)(1 / degreesOfFreedom);

    public AlignedBuffer Mean { get; } = new(dimension);

    public AlignedBuffer InverseScale { get; } = new(dimension);

    /// <summary>The part of log p that does not depend on the point.</summary>
    public float Constant { get; private set; }

    /// <summary>What multiplies the sum over columns.</summary>
    public float Slope { get; } = double.IsPositiveInfinity(degreesOfFreedom) ? -0.5f : (float)(-0.5 * (degreesOfFreedom + 1));

    public void Set(ReadOnlySpan<float> mean, ReadOnlySpan<float> scale)
    {
        double nu = DegreesOfFreedom;
        double perColumn = IsNormal
            ? -0.5 * Math.Log(2 * Math.PI)
            : LogGamma.Of((nu + 1) / 2) - LogGamma.Of(nu / 2) - 0.5 * Math.Log(nu * Math.PI);
        double constant = Dimension * perColumn;
        mean.CopyTo(Mean.Span);
        for (int d = 0; d < Dimension; d++)
        {
            InverseScale[d] = 1 / scale[d];
            constant -= Math.Log(scale[d]);
        }

        Constant = (float)constant;
    }
}
