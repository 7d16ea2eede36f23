using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Radial;

/// <summary>A radial layer in training. Flat parameters: [center (d) | a | b], alpha = 0.01 + softplus(a), beta = softplus(b) -
/// alpha.</summary>
internal sealed class TrainableRadialLayer(int dimension) : TrainableBijection(dimension)
{
    public const double SmallestAlpha = 0.01;
    private RadialLayer _layer = new(new float[dimension], alpha: 1, beta: 0);
    private double _alphaSlope;
    private double _betaSlope;

    public override int ParameterCount => Dimension + 2;

    /// <summary>Around a random row, as the identity: alpha is about the square root of d, beta 0.</summary>
    public override void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters)
    {
        data.Row(rows[random.NextInt32(rows.Length)]).CopyTo(parameters);
        float a = parameters[Dimension] = MathF.Sqrt(Dimension);
        parameters[Dimension + 1] = (float)Softplus.Inverse(SmallestAlpha + Softplus.Of(a));
    }

    public override void SetParameters(ReadOnlySpan<float> parameters)
    {
        _layer = Freeze(parameters);
        (_alphaSlope, _betaSlope) = (Softplus.Slope(parameters[Dimension]), Softplus.Slope(parameters[Dimension + 1]));
    }

    public override void Forward(RowBlock block, Accumulator? accumulator)
    {
        ((PlainAccumulator?)accumulator)?.Keep(block);
        _layer.Forward(block);
    }

    public override void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs)
    {
        var own = (PlainAccumulator)accumulator;
        var x = new RowBlock(Dimension);
        own.Points.CopyTo(x.Values.Span);
        (double onAlpha, double onBeta) = _layer.Values(x).CarryBack(x, gradient, weights, own.Gradient.AsSpan(0, Dimension));
        own.Gradient[Dimension] += (onAlpha - onBeta) * _alphaSlope;
        own.Gradient[Dimension + 1] += onBeta * _betaSlope;
    }

    public override RadialLayer Freeze(ReadOnlySpan<float> parameters)
    {
        double alpha = SmallestAlpha + Softplus.Of(parameters[Dimension]), beta = Softplus.Of(parameters[Dimension + 1]) - alpha;
        return new RadialLayer(parameters[..Dimension].ToArray(), (float)alpha, (float)beta);
    }
}
