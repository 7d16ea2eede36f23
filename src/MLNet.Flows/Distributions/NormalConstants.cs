using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>Constant columns as normals N(value, scale^2) with scale = 0.01 max(|value|, 1): those of models that format 1 or 2
/// saved.</summary>
/// <remarks>Kept so that these score as they did. A departure within a percent looks ordinary to them, which is why
/// <see cref="PlateauConstants"/> took their place.</remarks>
/// <param name="values">[m], the constants.</param>
internal sealed class NormalConstants(float[] values) : ConstantFactor(values)
{
    private static readonly double LogSqrtTwoPi = 0.5 * Math.Log(2 * Math.PI);

    public override ConstantFactorKind Kind => ConstantFactorKind.Normal;

    public override double LogProb(int i, float value) => -(NatsLost(i, value) + Math.Log(Scale(i)) + LogSqrtTwoPi);

    public override double NatsLost(int i, float value)
    {
        double z = (value - (double)Values[i]) / Scale(i);
        return 0.5 * z * z;
    }

    public override double Sample(int i, RandomStream random) => Values[i] + Scale(i) * random.NextGaussian();

    public override void Write(ModelWriter writer) => writer.Write(Values);

    /// <summary>The i-th column's standard deviation.</summary>
    public double Scale(int i) => 0.01 * Math.Max(Math.Abs((double)Values[i]), 1);
}
