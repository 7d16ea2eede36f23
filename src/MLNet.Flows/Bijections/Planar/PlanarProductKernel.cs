using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>C_kj = w_k.uHat_j for j at or before k, in double precision (near -1 the last digits of c_kk decide); a vector holds four layers.</summary>
/// <remarks>Four layers j by two panels of layers k are a tile: eight sums stay in registers while the features pass, in order.</remarks>
internal static unsafe class PlanarProductKernel
{
    private const int Panel = 4;

    /// <summary>Sets the panels' C, Below and Left from their W and UHat.</summary>
    /// <param name="panels">The stack.</param>
    /// <param name="wide">Scratch for W and UHat in double precision: twice D x K padded.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PlanarPanels panels, double[] wide)
    {
        int padded = panels.PaddedLayers, dimension = panels.Dimension, size = dimension * padded;
        fixed (float* w = panels.W, uHat = panels.UHat, below = panels.Below, left = panels.Left, c = panels.C)
        fixed (double* ws = wide)
        {
            double* us = ws + size;
            for (int i = 0; i < size; i += Panel)
            {
                Load(w + i).Store(ws + i);
                Load(uHat + i).Store(us + i);
            }

            for (int j = 0; j < padded; j += Panel)
            {
                for (int k = j; k < padded; k += 2 * Panel)
                    Tile(dimension, padded, us + j, ws + k, ws + Math.Min(k + Panel, padded - Panel), below + j * padded + k, k + Panel < padded);
                for (int i = j; i < j + Panel; i++)
                {
                    float* row = below + i * padded;
                    c[i] = row[i];
                    new Span<float>(row + j, i - j + 1).Clear();
                }
            }

            Transposition.Of(below, padded, padded, padded, left, padded);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile(int dimension, int padded, double* u, double* w0, double* w1, float* to, bool both)
    {
        Vector256<double> zero = Vector256<double>.Zero, a00 = zero, a01 = zero, a10 = zero, a11 = zero, a20 = zero, a21 = zero, a30 = zero, a31 = zero;
        for (int d = 0; d < dimension; d++, u += padded, w0 += padded, w1 += padded)
        {
            Vector256<double> y0 = Vector256.Load(w0), y1 = Vector256.Load(w1), t = Vector256.Create(u[0]);
            a00 = Vector256.FusedMultiplyAdd(t, y0, a00);
            a01 = Vector256.FusedMultiplyAdd(t, y1, a01);
            t = Vector256.Create(u[1]);
            a10 = Vector256.FusedMultiplyAdd(t, y0, a10);
            a11 = Vector256.FusedMultiplyAdd(t, y1, a11);
            t = Vector256.Create(u[2]);
            a20 = Vector256.FusedMultiplyAdd(t, y0, a20);
            a21 = Vector256.FusedMultiplyAdd(t, y1, a21);
            t = Vector256.Create(u[3]);
            a30 = Vector256.FusedMultiplyAdd(t, y0, a30);
            a31 = Vector256.FusedMultiplyAdd(t, y1, a31);
        }

        Narrow(a00).Store(to);
        Narrow(a10).Store(to + padded);
        Narrow(a20).Store(to + 2 * padded);
        Narrow(a30).Store(to + 3 * padded);
        if (!both)
            return;
        Narrow(a01).Store(to + Panel);
        Narrow(a11).Store(to + padded + Panel);
        Narrow(a21).Store(to + 2 * padded + Panel);
        Narrow(a31).Store(to + 3 * padded + Panel);
    }

    /// <summary>Four values in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector256<double> Load(float* from)
    {
        Vector128<float> values = Vector128.Load(from);
        return Avx.IsSupported ? Avx.ConvertToVector256Double(values) : Vector256.Create(Vector128.WidenLower(values), Vector128.WidenUpper(values));
    }

    /// <summary>Four values rounded to single precision.</summary>
    public static Vector128<float> Narrow(Vector256<double> values) =>
        Avx.IsSupported ? Avx.ConvertToVector128Single(values) : Vector128.Narrow(values.GetLower(), values.GetUpper());
}
