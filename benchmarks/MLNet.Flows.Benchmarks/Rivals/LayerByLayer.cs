using System.Numerics.Tensors;
using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Benchmarks.Rivals;

/// <summary>A planar flow with a normal base as a good engineer writes it first: row by row, layer by layer, with
/// System.Numerics.Tensors.</summary>
internal sealed class LayerByLayer
{
    private readonly float[][] _w;
    private readonly float[][] _uHat;
    private readonly float[] _b;
    private readonly float[] _c;
    private readonly float[] _z;

    public LayerByLayer(PlanarStack stack)
    {
        int d = stack.Dimension;
        _w = [.. Enumerable.Range(0, stack.Layers).Select(k => stack.W.Slice(k * d, d).ToArray())];
        _uHat = [.. Enumerable.Range(0, stack.Layers).Select(k => stack.UHat.Slice(k * d, d).ToArray())];
        _b = stack.B.ToArray();
        _c = [.. Enumerable.Range(0, stack.Layers).Select(k => TensorPrimitives.Dot<float>(_w[k], _uHat[k]))];
        _z = new float[d];
    }

    public void LogLikelihood(ReadOnlySpan<float> rows, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++)
            result[i] = LogLikelihood(rows.Slice(i * _z.Length, _z.Length));
    }

    public float LogLikelihood(ReadOnlySpan<float> row)
    {
        row.CopyTo(_z);
        float logDet = 0;
        for (int k = 0; k < _w.Length; k++)
        {
            float h = MathF.Tanh(TensorPrimitives.Dot<float>(_w[k], _z) + _b[k]);
            TensorPrimitives.MultiplyAdd(_uHat[k], h, _z, _z);
            logDet += MathF.Log(1 + _c[k] * (1 - h * h));
        }

        return logDet - 0.5f * TensorPrimitives.SumOfSquares<float>(_z) - 0.5f * _z.Length * MathF.Log(2 * MathF.PI);
    }
}
