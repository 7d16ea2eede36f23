using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>The exact inverse of a planar stack, in double precision: layer by layer from the last to the first.</summary>
/// <remarks>Layer k maps z to z' = z + uHat tanh(a), a = w.z + b. From z': w.z' + b = a + c tanh(a), one monotone equation in a
/// (<see cref="PlanarRoot"/>), then z = z' - uHat tanh(a). A vector holds eight rows. 4 K D operations and K roots per row.</remarks>
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
        Span<double> values = block.Values, logDets = block.LogDet;
        for (int r = 0; r < R; r += Vector512<double>.Count)
        {
            ref double z = ref MemoryMarshal.GetReference(values[r..]);
            Vector512<double> logDet = Vector512.Create<double>(logDets[r..]);
            for (int k = _b.Length - 1; k >= 0; k--)
            {
                ReadOnlySpan<double> w = _w.AsSpan(k * _dimension, _dimension), uHat = _uHat.AsSpan(k * _dimension, _dimension);
                Vector512<double> y = Vector512.Create(_b[k]);
                for (int d = 0; d < w.Length; d++)
                    y = Vector512.FusedMultiplyAdd(Vector512.Create(w[d]), Vector512.LoadUnsafe(ref z, (nuint)(d * R)), y);
                PlanarRoot.Solve(y, _c[k], out Vector512<double> h, out Vector512<double> slope, out _);
                logDet -= Vector512.Log(Vector512<double>.One + _c[k] * slope);
                for (int d = 0; d < w.Length; d++)
                {
                    nuint at = (nuint)(d * R);
                    Vector512.FusedMultiplyAdd(Vector512.Create(-uHat[d]), h, Vector512.LoadUnsafe(ref z, at)).StoreUnsafe(ref z, at);
                }
            }

            logDet.CopyTo(logDets[r..]);
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
