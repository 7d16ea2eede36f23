using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.ScalarMaps;

/// <summary>z = x + t; parameter t; log dz/dx = 0.</summary>
/// <remarks>Results are clamped (<see cref="ValueLimit"/>). Dinh, Krueger and Bengio 2014, arXiv:1410.8516, section
/// 3.2.</remarks>
internal readonly unsafe struct AdditiveMap : IScalarMap
{
    private const int R = RowBlock.Rows;

    public static BijectionKind CouplingKind => BijectionKind.AdditiveCoupling;

    public static BijectionKind AutoregressiveKind => BijectionKind.AdditiveAutoregressive;

    public int ParameterCount => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V, S>(int count, float* x, float* parameters, int stride, float* logSlope, float* scratch)
        where V : struct
        where S : struct, ISimd<V>
    {
        for (int i = 0; i < count; i += S.Count)
            S.Store(ValueLimit.Clamp<V, S>(S.Add(S.Load(x + i), S.Load(parameters + i))), x + i);
    }

    // On x and on t: g = dL/dz, 0 where z is at its limit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward<V, S>(float* x, float* parameters, int stride, float* weights, float* g, float* onParameters)
        where V : struct
        where S : struct, ISimd<V>
    {
        V zero = S.Create(0), limit = S.Create(ValueLimit.Largest);
        for (int r = 0; r < R; r += S.Count)
        {
            V z = S.Abs(S.Add(S.Load(x + r), S.Load(parameters + r)));
            V passed = S.SelectLess(z, limit, ValueLimit.Clamp<V, S>(S.Load(g + r)), zero);
            S.Store(passed, g + r);
            S.Store(passed, onParameters + r);
        }
    }

    public void Inverse(Span<double> z, ReadOnlySpan<double> parameters, int stride, Span<double> logDet)
    {
        for (int r = 0; r < R; r++)
            z[r] -= parameters[r];
    }

    public void Write(ModelWriter writer)
    {
    }

    public static AdditiveMap Read(ModelReader reader) => default;
}
