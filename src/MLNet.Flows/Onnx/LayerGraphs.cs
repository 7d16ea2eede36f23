using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Onnx;

/// <summary>Writes maps that have no conditioner.</summary>
internal static class LayerGraphs
{
    private const float SmallestNormal = 1.17549435e-38f;

    /// <remarks>Layer by layer: h_k = tanh(b_k + w_k.z), z += uHat_k h_k; then log|det| = sum log(1 + c_k - c_k h_k^2) of all
    /// layers at once.</remarks>
    public static void Write(PlanarStack stack, OnnxRows rows)
    {
        if (stack.Layers == 0)
            return;
        int d = stack.Dimension;
        OnnxValue x = rows.X;
        var h = new OnnxValue[stack.Layers];
        for (int k = 0; k < h.Length; k++)
        {
            h[k] = x.Dense(stack.W.Slice(k * d, d), stack.B.Slice(k, 1)).Tanh();
            x = h[k].Dense(x.Constant(stack.UHat.Slice(k * d, d), d, 1), x);
        }

        float[] c = stack.C.ToArray();
        OnnxValue activations = OnnxValue.Concat(h);
        OnnxValue lost = activations * x.Constant(c, c.Length) * activations;
        OnnxValue factors = x.Constant(Array.ConvertAll(c, each => 1 + each), c.Length) - lost;
        rows.X = x;
        rows.AddLogDet(factors.AtLeast(SmallestNormal).Log().Sum());
    }

    /// <remarks>With u = x - center, h = 1 / (alpha + |u|): z = x + beta h u, log|det| = (d - 1) log(1 + beta h) + log(1 + alpha
    /// beta h^2).</remarks>
    public static void Write(RadialLayer layer, OnnxRows rows)
    {
        int d = layer.Dimension;
        OnnxValue x = rows.X, u = x - x.Constant(layer.Center, d);
        OnnxValue h = 1 / (u.Squared().Sum().Sqrt() + layer.Alpha), s = h * layer.Beta;
        rows.X = x + u * s;
        rows.AddLogDet((h * s * layer.Alpha + 1).Log());
        if (d > 1)
            rows.AddLogDet((s + 1).Log() * (d - 1));
    }

    public static void Write(LinearMap map, OnnxRows rows)
    {
        rows.X = rows.X.Dense(map.Weights, map.Biases).Clip(-ValueLimit.Largest, ValueLimit.Largest);
        rows.AddLogDet(map.LogDet);
    }
}
