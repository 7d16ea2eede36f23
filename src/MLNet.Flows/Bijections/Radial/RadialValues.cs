using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Radial;

/// <summary>What a radial layer computes of a block's 64 rows: forward, and the chain rule back.</summary>
/// <remarks>With u = x - center, h = 1 / (alpha + |u|), s = beta h and q = 1 + alpha beta h^2: log|det| = (d - 1) log(1 + s) +
/// log q.</remarks>
internal sealed class RadialValues
{
    private const int R = RowBlock.Rows;
    private const float SmallestRadius = 1e-20f;
    private readonly float[] _center;
    private readonly float _alpha;
    private readonly float _beta;
    private readonly float[] _radius = new float[R];
    private readonly float[] _h = new float[R];

    public RadialValues(float[] center, float alpha, float beta, RowBlock x)
    {
        (_center, _alpha, _beta) = (center, alpha, beta);
        Span<float> u = stackalloc float[R];
        for (int d = 0; d < center.Length; d++)
        {
            TensorPrimitives.Subtract(x.Column(d), center[d], u);
            TensorPrimitives.MultiplyAdd(u, u, _radius, _radius);
        }

        TensorPrimitives.Sqrt(_radius, _radius);
        TensorPrimitives.Add(_radius, alpha, _h);
        TensorPrimitives.Divide(1f, _h, _h);
    }

    /// <summary>x to z in place; adds log|det|.</summary>
    public void Apply(RowBlock block)
    {
        Span<float> u = stackalloc float[R];
        for (int d = 0; d < _center.Length; d++)
        {
            TensorPrimitives.Subtract(block.Column(d), _center[d], u);
            TensorPrimitives.Multiply(u, _h, u);
            TensorPrimitives.MultiplyAdd(u, _beta, block.Column(d), block.Column(d));
        }

        for (int r = 0; r < R; r++)
            block.LogDet[r] += (_center.Length - 1) * MathF.Log(1 + _beta * _h[r]) + MathF.Log(Q(r));
    }

    /// <summary>Overwrites g = dL/dz with dL/dx, where L = sum_r (weight_r log|det|_r + what follows of z_r).</summary>
    /// <remarks>dL/dx = g + c with c = s g + u (weight d log|det| / d|u| - beta h^2 g.u) / |u|; dL/d center = -sum c.</remarks>
    /// <returns>dL/d alpha and dL/d beta; where there is room for it, dL/d center is added to
    /// <paramref name="onCenter"/>.</returns>
    public (double Alpha, double Beta) CarryBack(
        RowBlock x, RowBlock gradient, ReadOnlySpan<float> weights, Span<double> onCenter = default)
    {
        int others = _center.Length - 1;
        Span<float> u = stackalloc float[R], dot = stackalloc float[R];
        dot.Clear();
        for (int d = 0; d < _center.Length; d++)
        {
            TensorPrimitives.Subtract(x.Column(d), _center[d], u);
            TensorPrimitives.MultiplyAdd(u, gradient.Column(d), dot, dot);
        }

        double onAlpha = 0, onBeta = 0;
        Span<float> along = stackalloc float[R], s = stackalloc float[R];
        for (int r = 0; r < R; r++)
        {
            float h = _h[r], h2 = h * h, q = Q(r), weight = weights[r];
            s[r] = _beta * h;
            float onH2 = others / (1 + s[r]);
            onAlpha += -_beta * h2 * dot[r] + weight * (-_beta * h2 * onH2 + _beta * h2 * (1 - 2 * _alpha * h) / q);
            onBeta += h * dot[r] + weight * (h * onH2 + _alpha * h2 / q);
            float slope = -_beta * h2 * onH2 - 2 * _alpha * _beta * h2 * h / q;
            along[r] = (weight * slope - _beta * h2 * dot[r]) / MathF.Max(_radius[r], SmallestRadius);
        }

        for (int d = 0; d < _center.Length; d++)
        {
            Span<float> g = gradient.Column(d);
            TensorPrimitives.Subtract(x.Column(d), _center[d], u);
            TensorPrimitives.Multiply(u, along, u);
            TensorPrimitives.MultiplyAdd(g, s, u, u);
            TensorPrimitives.Add(g, u, g);
            if (!onCenter.IsEmpty)
                onCenter[d] -= TensorPrimitives.Sum<float>(u);
        }

        return (onAlpha, onBeta);
    }

    private float Q(int row) => 1 + _alpha * _beta * _h[row] * _h[row];
}
