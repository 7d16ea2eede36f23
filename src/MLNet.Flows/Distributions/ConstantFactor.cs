using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>What columns that never varied in training add to a density: each its own, independent of all else.</summary>
internal abstract class ConstantFactor
{
    private readonly float[] _values;

    /// <param name="values">[m], the constants.</param>
    protected ConstantFactor(float[] values) => _values = values;

    public ReadOnlySpan<float> Values => _values;

    /// <summary>The kind written to model files; never changes once released.</summary>
    public abstract ConstantFactorKind Kind { get; }

    /// <summary>log-density of the i-th column at a value, in nats.</summary>
    public abstract double LogProb(int i, float value);

    /// <summary>How many nats less likely a value of the i-th column is than its constant: 0 or more.</summary>
    public abstract double NatsLost(int i, float value);

    /// <summary>Draws a value of the i-th column.</summary>
    public abstract double Sample(int i, RandomStream random);

    /// <summary>The standard normal value that is as much less likely than 0: 0 at the constant.</summary>
    public float Latent(int i, float value) =>
        (float)Math.CopySign(Math.Sqrt(2 * NatsLost(i, value)), value - (double)_values[i]);

    /// <summary>Writes the values and what follows them; <see cref="ConstantFactorReader"/> reads them back.</summary>
    public abstract void Write(ModelWriter writer);
}
