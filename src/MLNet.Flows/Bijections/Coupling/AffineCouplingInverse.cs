using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>The exact inverse of an affine coupling, in double precision: x_B = (z_B - t) exp(-s), as x_A = z_A gives the same s and t.</summary>
/// <remarks>The conditioner of <see cref="AffineCoupling"/> with its limits, on double sums; a vector holds eight rows.</remarks>
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
            for (int r = 0; r < R; r += Vector512<double>.Count)
            {
                Span<double> at = block.Values.AsSpan(active[i] * R + r), logDet = block.LogDet.AsSpan(r);
                Vector512<double> s = bound * Tanh(Vector512.Create<double>(outputs.AsSpan(i * R + r)) / bound);
                Vector512<double> shift = Vector512.Create<double>(outputs.AsSpan((active.Length + i) * R + r));
                ((Vector512.Create<double>(at) - shift) * Vector512.Exp(-s)).CopyTo(at);
                (Vector512.Create<double>(logDet) - s).CopyTo(logDet);
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

    // y = b + W x, kept within limits: per output, eight vectors of eight rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Dense(double[] weights, double[] bias, double[] x, double[] y, double lowest)
    {
        int inputs = weights.Length / bias.Length, v = Vector512<double>.Count;
        Vector512<double> least = Vector512.Create(lowest), highest = Vector512.Create((double)DenseLayer.Farthest);
        for (int o = 0; o < bias.Length; o++)
        {
            ReadOnlySpan<double> row = weights.AsSpan(o * inputs, inputs);
            for (int r = 0; r < R; r += 4 * v)
            {
                ref double from = ref MemoryMarshal.GetReference(x.AsSpan(r)), to = ref y[o * R + r];
                Vector512<double> y0 = Vector512.Create(bias[o]), y1 = y0, y2 = y0, y3 = y0;
                for (int i = 0; i < row.Length; i++)
                {
                    Vector512<double> w = Vector512.Create(row[i]);
                    nuint at = (nuint)(i * R);
                    y0 = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref from, at), y0);
                    y1 = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref from, at + 8), y1);
                    y2 = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref from, at + 16), y2);
                    y3 = Vector512.FusedMultiplyAdd(w, Vector512.LoadUnsafe(ref from, at + 24), y3);
                }

                Vector512.Clamp(y0, least, highest).StoreUnsafe(ref to);
                Vector512.Clamp(y1, least, highest).StoreUnsafe(ref to, 8);
                Vector512.Clamp(y2, least, highest).StoreUnsafe(ref to, 16);
                Vector512.Clamp(y3, least, highest).StoreUnsafe(ref to, 24);
            }
        }
    }

    // tanh |x| = (1 - e) / (1 + e) with e = exp(-2 |x|), which cannot overflow.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector512<double> Tanh(Vector512<double> x)
    {
        Vector512<double> e = Vector512.Exp(-2 * Vector512.Abs(x));
        return Vector512.CopySign((Vector512<double>.One - e) / (Vector512<double>.One + e), x);
    }

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i];
        return result;
    }
}
