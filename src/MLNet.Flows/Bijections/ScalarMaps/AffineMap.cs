using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Bijections.ScalarMaps;

/// <summary>z = x exp(s) + t with s = bound tanh(raw / bound); parameters (raw, t); log dz/dx = s.</summary>
/// <remarks>The bound keeps scales within exp(+-bound). Results are clamped (<see cref="ValueLimit"/>), so that however many
/// couplings follow each other, single precision has room for their sums. Dinh, Sohl-Dickstein and Bengio 2017, arXiv:1605.08803,
/// eq. 7-8.</remarks>
internal readonly unsafe struct AffineMap : IScalarMap
{
    private const int R = RowBlock.Rows;
    private const float SmallestBound = 1e-3f;
    private const float LargestBound = 64;

    /// <param name="logScaleBound">In [0.001, 64].</param>
    /// <exception cref="ArgumentException">The bound is not.</exception>
    public AffineMap(float logScaleBound)
    {
        if (!(logScaleBound is >= SmallestBound and <= LargestBound))
        {
            throw new ArgumentException($"The bound of log-scales is {logScaleBound}, but must be from {SmallestBound} to "
                + $"{LargestBound}. "
                + "Values from 1 to 5 are usual.");
        }

        LogScaleBound = logScaleBound;
    }

    public static BijectionKind CouplingKind => BijectionKind.BoundedAffineCoupling;

    public static BijectionKind AutoregressiveKind => BijectionKind.AffineAutoregressive;

    public int ParameterCount => 2;

    public float LogScaleBound { get; }

    // Two loops, because tanh and exp in one make a chain of steps longer than what the processor can look ahead, and fewer
    // vectors are under way at a time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Forward<V, S>(int count, float* x, float* parameters, int stride, float* logSlope, float* scratch)
        where V : struct
        where S : struct, ISimd<V>
    {
        V bound = S.Create(LogScaleBound), inverseBound = S.Create(1 / LogScaleBound);
        for (int start = 0; start < count; start += R)
        {
            float* raw = parameters + start, shift = raw + stride, values = x + start, slopes = logSlope + start;
            int length = Math.Min(R, count - start), i = 0;
            for (; i + S.Count < length; i += 2 * S.Count)
            {
                V s0 = S.Multiply(S.Load(raw + i), inverseBound), s1 = S.Multiply(S.Load(raw + i + S.Count), inverseBound);
                VectorMath<V, S>.Tanh(ref s0, ref s1);
                S.Store(S.Multiply(bound, s0), scratch + i);
                S.Store(S.Multiply(bound, s1), scratch + i + S.Count);
            }

            for (; i < length; i += S.Count)
                S.Store(S.Multiply(bound, VectorMath<V, S>.Tanh(S.Multiply(S.Load(raw + i), inverseBound))), scratch + i);

            for (i = 0; i < length; i += S.Count)
            {
                V s = S.Load(scratch + i);
                S.Store(
                    ValueLimit.Clamp<V, S>(S.MultiplyAdd(S.Load(values + i), VectorMath<V, S>.Exp(s), S.Load(shift + i))),
                    values + i);
                S.Store(S.Add(S.Load(slopes + i), s), slopes + i);
            }
        }
    }

    // With g = dL/dz, 0 where z is at its limit, and h = tanh(raw / bound): on x: g exp(s); on t: g; on s: g x exp(s) + weight;
    // on raw: that times 1 - h^2. Gradients, like points, are clamped, so that a row far out has a finite one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward<V, S>(float* x, float* parameters, int stride, float* weights, float* g, float* onParameters)
        where V : struct
        where S : struct, ISimd<V>
    {
        V one = S.Create(1), zero = S.Create(0), limit = S.Create(ValueLimit.Largest);
        V bound = S.Create(LogScaleBound), inverseBound = S.Create(1 / LogScaleBound);
        for (int r = 0; r < R; r += S.Count)
        {
            V value = S.Load(x + r), h = VectorMath<V, S>.Tanh(S.Multiply(S.Load(parameters + r), inverseBound));
            V scale = VectorMath<V, S>.Exp(S.Multiply(bound, h)), scaled = ValueLimit.Clamp<V, S>(S.Multiply(value, scale));
            V z = S.Abs(S.Add(scaled, S.Load(parameters + stride + r)));
            V passed = S.SelectLess(z, limit, ValueLimit.Clamp<V, S>(S.Load(g + r)), zero);
            V slope = S.NegatedMultiplyAdd(h, h, one);
            S.Store(ValueLimit.Clamp<V, S>(S.Multiply(passed, scale)), g + r);
            S.Store(passed, onParameters + stride + r);
            S.Store(
                S.Multiply(slope, ValueLimit.Clamp<V, S>(S.MultiplyAdd(passed, scaled, S.Load(weights + r)))), onParameters + r);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Inverse(Span<double> z, ReadOnlySpan<double> parameters, int stride, Span<double> logDet)
    {
        double bound = LogScaleBound;
        for (int r = 0; r < R; r += Vector256<double>.Count)
        {
            Span<double> at = z[r..], sums = logDet[r..];
            Vector256<double> s = bound * DoubleMath.Tanh(Vector256.Create(parameters[r..]) / bound);
            Vector256<double> shift = Vector256.Create(parameters[(stride + r)..]);
            ((Vector256.Create<double>(at) - shift) * DoubleMath.Exp(-s)).CopyTo(at);
            (Vector256.Create<double>(sums) - s).CopyTo(sums);
        }
    }

    public void Write(ModelWriter writer) => writer.Write(LogScaleBound);

    public static AffineMap Read(ModelReader reader) => new(reader.ReadSingle());
}
