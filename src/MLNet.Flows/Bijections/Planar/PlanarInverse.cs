using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The exact inverse of a planar stack, in double precision: layer by layer from the last to the first.</summary>
/// <remarks>Layer k maps z to z' = z + uHat tanh(a), a = w.z + b. From z': w.z' + b = a + c tanh(a), one monotone equation in a
/// (<see cref="PlanarRoot"/>), then z = z' - uHat tanh(a). Vectors hold four rows. 4 K D operations and K roots per
/// row.</remarks>
internal sealed class PlanarInverse
{
    private const int R = RowBlock.Rows;
    private readonly int _dimension;
    private readonly double[] _w;
    private readonly double[] _uHat;
    private readonly double[] _b;
    private readonly double[] _c;

    /// <param name="dimension">D.</param>
    /// <param name="w">[K, D].</param>
    /// <param name="uHat">[K, D].</param>
    /// <param name="b">[K].</param>
    public PlanarInverse(int dimension, ReadOnlySpan<float> w, ReadOnlySpan<float> uHat, ReadOnlySpan<float> b)
    {
        _dimension = dimension;
        _w = ToDouble(w);
        _uHat = ToDouble(uHat);
        _b = ToDouble(b);
        _c = new double[b.Length];
        for (int k = 0; k < b.Length; k++)
        {
            for (int d = 0; d < dimension; d++)
                _c[k] += _w[k * dimension + d] * _uHat[k * dimension + d];
        }
    }

    /// <summary>Overwrites z with x and adds log|det dx/dz|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(DoubleBlock block)
    {
        Span<double> y = stackalloc double[R], a = stackalloc double[R], h = stackalloc double[R], slope = stackalloc double[R];
        int v = Vector256<double>.Count;
        for (int k = _b.Length - 1; k >= 0; k--)
        {
            ReadOnlySpan<double> w = _w.AsSpan(k * _dimension, _dimension), uHat = _uHat.AsSpan(k * _dimension, _dimension);
            Products(w, _b[k], block.Values, y);
            PlanarRoot.Solve(y, _c[k], a, h, slope);
            for (int r = 0; r < R; r += v)
            {
                Span<double> logDet = block.LogDet.AsSpan(r);
                (Vector256.Create<double>(logDet) - DoubleMath.Log(
                    Vector256<double>.One + _c[k] * Vector256.Create<double>(slope[r..]))).CopyTo(logDet);
            }

            Subtract(uHat, h, block.Values);
        }
    }

    // y = b + w.z': four vectors of rows at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(ReadOnlySpan<double> w, double b, double[] values, Span<double> y)
    {
        nuint v = (nuint)Vector256<double>.Count;
        ref double to = ref MemoryMarshal.GetReference(y);
        for (nuint r = 0; r < R; r += 4 * v)
        {
            ref double z = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(values), r);
            Vector256<double> y0 = Vector256.Create(b), y1 = y0, y2 = y0, y3 = y0;
            for (int d = 0; d < w.Length; d++)
            {
                Vector256<double> wd = Vector256.Create(w[d]);
                nuint at = (nuint)(d * R);
                y0 = Vector256.MultiplyAddEstimate(wd, Vector256.LoadUnsafe(ref z, at), y0);
                y1 = Vector256.MultiplyAddEstimate(wd, Vector256.LoadUnsafe(ref z, at + v), y1);
                y2 = Vector256.MultiplyAddEstimate(wd, Vector256.LoadUnsafe(ref z, at + 2 * v), y2);
                y3 = Vector256.MultiplyAddEstimate(wd, Vector256.LoadUnsafe(ref z, at + 3 * v), y3);
            }

            y0.StoreUnsafe(ref to, r);
            y1.StoreUnsafe(ref to, r + v);
            y2.StoreUnsafe(ref to, r + 2 * v);
            y3.StoreUnsafe(ref to, r + 3 * v);
        }
    }

    // z = z' - uHat h.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(ReadOnlySpan<double> uHat, ReadOnlySpan<double> h, double[] values)
    {
        ref double from = ref MemoryMarshal.GetReference(h);
        for (int d = 0; d < uHat.Length; d++)
        {
            ref double z = ref values[d * R];
            Vector256<double> u = Vector256.Create(-uHat[d]);
            for (nuint r = 0; r < R; r += (nuint)Vector256<double>.Count)
                Vector256.MultiplyAddEstimate(u, Vector256.LoadUnsafe(ref from, r), Vector256.LoadUnsafe(ref z, r))
                    .StoreUnsafe(ref z, r);
        }
    }

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i];
        return result;
    }
}
