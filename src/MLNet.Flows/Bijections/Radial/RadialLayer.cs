using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.Radial;

/// <summary>Pushes points away from a center, or pulls them towards it: z = x + s u with u = x - center, s = beta / (alpha +
/// |u|).</summary>
/// <remarks>log|det df/dx| = (d - 1) log(1 + s) + log(1 + alpha beta / (alpha + |u|)^2). Invertible for beta above -alpha.
/// Rezende and Mohamed 2015, arXiv:1505.05770, eq. 14 and appendix A.2.</remarks>
internal sealed class RadialLayer : Bijection
{
    private const int R = RowBlock.Rows;
    private static readonly float[] Ones = [.. Enumerable.Repeat(1f, R)];
    private readonly float[] _center;
    private readonly float _alpha;
    private readonly float _beta;

    /// <param name="center">[d].</param>
    /// <param name="alpha">Positive.</param>
    /// <param name="beta">Above -alpha.</param>
    public RadialLayer(float[] center, float alpha, float beta)
        : base(center.Length) => (_center, _alpha, _beta) = (center, alpha, beta);

    /// <summary>[d].</summary>
    public ReadOnlySpan<float> Center => _center;

    public float Alpha => _alpha;

    public float Beta => _beta;

    public override BijectionKind Kind => BijectionKind.RadialLayer;

    public override void Forward(RowBlock block) => Values(block).Apply(block);

    public override void Backward(RowBlock input, RowBlock gradient) => Values(input).CarryBack(input, gradient, Ones);

    /// <summary>What the layer computes of these points.</summary>
    public RadialValues Values(RowBlock x) => new(_center, _alpha, _beta, x);

    // |z - center| = |u| (1 + beta / (alpha + |u|)) is a quadratic equation for |u|, with one positive root.
    public override void Inverse(DoubleBlock block)
    {
        for (int r = 0; r < R; r++)
        {
            double square = 0;
            for (int d = 0; d < Dimension; d++)
                square += Math.Pow(block.Values[d * R + r] - _center[d], 2);
            double distance = Math.Sqrt(square), half = 0.5 * ((double)_alpha + _beta - distance);
            double root = Math.Sqrt(half * half + _alpha * distance);
            double radius = half > 0
                ? _alpha * distance / (half + root)
                : root - half, h = 1 / (_alpha + radius), scale = 1 + _beta * h;
            for (int d = 0; d < Dimension; d++)
                block.Values[d * R + r] = _center[d] + (block.Values[d * R + r] - _center[d]) / scale;
            block.LogDet[r] -= (Dimension - 1) * Math.Log(scale) + Math.Log(1 + (double)_alpha * _beta * h * h);
        }
    }

    public override void Write(ModelWriter writer)
    {
        writer.Write(Dimension);
        writer.Write(_center);
        writer.Write(_alpha);
        writer.Write(_beta);
    }

    public static RadialLayer Read(ModelReader reader)
    {
        int dimension = reader.ReadInt32();
        reader.Check(dimension >= 1, $"a radial layer of dimension {dimension}");
        reader.CheckRemaining((dimension + 2L) * sizeof(float));
        reader.Reserve((dimension + 2L) * sizeof(float));
        float[] center = reader.ReadFiniteSingles(dimension);
        float alpha = reader.ReadSingle(), beta = reader.ReadSingle();
        reader.Check(
            alpha is > 0 and < 1e15f && beta > -alpha && beta < 1e15f, $"a radial layer of alpha {alpha} and beta {beta}");
        return new RadialLayer(center, alpha, beta);
    }
}
