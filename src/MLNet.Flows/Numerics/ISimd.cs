namespace MLNet.Flows.Numerics;

/// <summary>The vector operations that kernels are written in, so that one source serves every vector width.</summary>
/// <remarks>
/// A kernel is generic in <typeparamref name="V"/> (the vector) and in its operations (a struct that implements this interface);
/// the JIT compiles one specialization per width with every call inlined. All operations are the IEEE ones in the same order at
/// every width, so a row's result does not depend on the width nor on its place in a block, bit for bit.
/// </remarks>
/// <typeparam name="V">Vector512, Vector256 or Vector128 of float, or float itself.</typeparam>
internal unsafe interface ISimd<V>
    where V : struct
{
    /// <summary>Lanes in a vector.</summary>
    static abstract int Count { get; }

    static abstract V Create(float value);

    static abstract V Load(float* source);

    static abstract void Store(V value, float* destination);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>a b + c: rounded once where the processor has fused multiply-add, twice where it has not.</summary>
    /// <remarks>The same rounding for every width on one machine. A fused operation made up in software, which
    /// <c>FusedMultiplyAdd</c> falls back on, takes fifty times as long as the multiplication and the addition.</remarks>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>c - a b, rounded as <see cref="MultiplyAdd"/>.</summary>
    static abstract V NegatedMultiplyAdd(V a, V b, V c);

    static abstract V Sqrt(V a);

    static abstract V Abs(V a);

    /// <summary>The smaller of the two; where either is NaN the result is unspecified.</summary>
    static abstract V Min(V a, V b);

    /// <summary>The larger of the two; where either is NaN the result is unspecified.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The nearest integer, halves to even.</summary>
    static abstract V Round(V a);

    /// <summary>a where x &lt; y, else b.</summary>
    static abstract V SelectLess(V x, V y, V a, V b);

    /// <summary>Whether every lane is 0.</summary>
    static abstract bool IsZero(V a);

    /// <summary>x 2^n for integral n in [-126, 127], by exponent arithmetic: x 2^n must be a normal number.</summary>
    static abstract V ScaleByPowerOfTwo(V x, V n);

    /// <summary>Splits a positive normal x into mantissa in [sqrt(1/2), sqrt(2)) and an integral exponent: x = mantissa
    /// 2^exponent.</summary>
    static abstract V Decompose(V x, out V exponent);
}
