using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>The exact inverse of an affine coupling, in double precision: x_B = (z_B - t) exp(-s), as x_A = z_A gives the same s and t.</summary>
/// <remarks>The conditioner of <see cref="AffineCoupling"/> with its limits, on double sums; a vector holds four rows.</remarks>
internal sealed class AffineCouplingInverse
{
    private const int R = RowBlock.Rows;
    private readonly AffineCoupling _coupling;
    private readonly double[][] _weights;
    private readonly double[][] _biases;
    private readonly int _widest;

    public AffineCouplingInverse(AffineCoupling coupling)
    {
        _coupling = coupling;
        IReadOnlyList<DenseLayer> layers = coupling.Conditioner.Layers;
        _weights = [.. layers.Select(layer => ToDouble(layer.Weights))];
        _biases = [.. layers.Select(layer => ToDouble(layer.Biases))];
        _widest = layers.Max(layer => Math.Max(layer.Inputs, layer.Outputs));
    }

    /// <summary>Overwrites z with x and adds log|det dx/dz|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(DoubleBlock block)
    {
        int[] active = _coupling.Active;
        double[] outputs = Condition(block.Values);
        double bound = _coupling.LogScaleBound;
        for (int i = 0; i < active.Length; i++)
        {
            for (int r = 0; r < R; r += Vector256<double>.Count)
            {
                Span<double> at = block.Values.AsSpan(active[i] * R + r), logDet = block.LogDet.AsSpan(r);
                Vector256<double> s = bound * Tanh(Vector256.Create<double>(outputs.AsSpan(i * R + r)) / bound);
                Vector256<double> shift = Vector256.Create<double>(outputs.AsSpan((active.Length + i) * R + r));
                ((Vector256.Create<double>(at) - shift) * DoubleMath.Exp(-s)).CopyTo(at);
                (Vector256.Create<double>(logDet) - s).CopyTo(logDet);
            }
        }
    }

    // The conditioner's outputs [outputs, 64].
    private double[] Condition(ReadOnlySpan<double> z)
    {
        double bound = _coupling.InputBound;
        double[] x = new double[_widest * R], y = new double[_widest * R];
        int[] passive = _coupling.Passive;
        for (int i = 0; i < passive.Length; i++)
        {
            for (int r = 0; r < R; r++)
                x[i * R + r] = Math.Clamp(z[passive[i] * R + r], -bound, bound);
        }

        for (int l = 0; l < _weights.Length; l++)
        {
            Dense(_weights[l], _biases[l], x, y, l < _weights.Length - 1 ? 0 : -DenseLayer.Farthest);
            (x, y) = (y, x);
        }

        return x;
    }

    // y = b + W x, kept within limits: per output, four vectors of four rows at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dense(double[] weights, double[] bias, double[] x, double[] y, double lowest)
    {
        int inputs = weights.Length / bias.Length, v = Vector256<double>.Count;
        Vector256<double> least = Vector256.Create(lowest), highest = Vector256.Create((double)DenseLayer.Farthest);
        for (int o = 0; o < bias.Length; o++)
        {
            ReadOnlySpan<double> row = weights.AsSpan(o * inputs, inputs);
            for (int r = 0; r < R; r += 4 * v)
            {
                ref double from = ref MemoryMarshal.GetReference(x.AsSpan(r)), to = ref y[o * R + r];
                Vector256<double> y0 = Vector256.Create(bias[o]), y1 = y0, y2 = y0, y3 = y0;
                for (int i = 0; i < row.Length; i++)
                {
                    Vector256<double> w = Vector256.Create(row[i]);
                    nuint at = (nuint)(i * R);
                    y0 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at), y0);
                    y1 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at + (nuint)v), y1);
                    y2 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at + (nuint)(2 * v)), y2);
                    y3 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at + (nuint)(3 * v)), y3);
                }

                Vector256.Clamp(y0, least, highest).StoreUnsafe(ref to);
                Vector256.Clamp(y1, least, highest).StoreUnsafe(ref to, (nuint)v);
                Vector256.Clamp(y2, least, highest).StoreUnsafe(ref to, (nuint)(2 * v));
                Vector256.Clamp(y3, least, highest).StoreUnsafe(ref to, (nuint)(3 * v));
            }
        }
    }

    // tanh |x| = (1 - e) / (1 + e) with e = exp(-2 |x|), which cannot overflow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector256<double> Tanh(Vector256<double> x)
    {
        Vector256<double> e = DoubleMath.Exp(-2 * Vector256.Abs(x));
        return Vector256.CopySign((Vector256<double>.One - e) / (Vector256<double>.One + e), x);
    }

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i];
        return result;
    }
}
