using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>A velocity field and its exact divergence, over a block of 64 rows or of one row, and back with gradients of a
/// block.</summary>
/// <remarks>A block's vectors hold rows of one unit; a row's hold units. Sums go over units in ascending order in both, so that
/// both give the same bits.</remarks>
internal static unsafe class VelocityKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <summary>v and div v at the points.</summary>
    /// <param name="field">The field.</param>
    /// <param name="row">Whether it is one row.</param>
    /// <param name="biases">The first layer's at the time.</param>
    /// <param name="x">[d, 64 or 1].</param>
    /// <param name="units">With the context's shift; keeps what <see cref="Backward"/> needs.</param>
    /// <param name="v">[d padded, 64 or 1].</param>
    /// <param name="divergence">[64 or 1]; null where it is not wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Evaluate(
        VelocityField field, bool row, AlignedBuffer biases, float* x, VelocityUnits units, float* v, float* divergence)
    {
        Dense(field.Input, row, x, units.First, biases);
        if (units.Shift != null)
            Add(units.FirstLength, units.First, units.Shift);
        TanhAndSlopes(units.FirstLength, units.First, units.FirstSlopes);
        float* last = units.First;
        if (field.Hidden is { } hidden)
        {
            last = units.Second;
            Dense(hidden, row, units.First, units.Second);
            TanhAndSlopes(units.SecondLength, units.Second, units.SecondSlopes);
            if (divergence != null)
                Dense(field.TraceLayer!, row, units.FirstSlopes, units.Trace);
        }

        Dense(field.Output, row, last, v);
        if (divergence == null)
            return;
        if (field.Hidden is not null)
            SumOfProducts(field.Hidden.Outputs, row, units.SecondSlopes, units.Trace, divergence);
        else
            SumOfWeighted(field.Input.Outputs, row, units.FirstSlopes, field.DiagonalWeights!, divergence);
    }

    /// <summary>What the context adds to the first layer's sums, at all times and points.</summary>
    /// <param name="field">The field.</param>
    /// <param name="row">Whether it is one row.</param>
    /// <param name="context">[context columns, 64 or 1].</param>
    /// <param name="units">Receives it as their shift.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SetContext(VelocityField field, bool row, float* context, VelocityUnits units)
    {
        if (field.Context is { } layer)
            Dense(layer, row, context, units.Shift);
    }

    /// <summary>Carries a gradient on v and one on div v back to the points.</summary>
    /// <remarks>
    /// With g on v, q on div v, h1 and h2 the hidden units, a slope's own derivative is -2 h s:
    /// 1. the second units' sums get s2 (W3^T g - 2 q h2 M s1);
    /// 2. the first units' sums get s1 (W2^T of that - 2 q h1 M^T s2), or with one hidden layer s1 (W2^T g - 2 q h1 c), c the
    ///    diagonal of W1 W2;
    /// 3. the points get W1^T of that.
    /// </remarks>
    /// <param name="field">The field.</param>
    /// <param name="units">As <see cref="Evaluate"/> left them, of a block and with its divergence.</param>
    /// <param name="g">[d, 64].</param>
    /// <param name="q">The same for all rows.</param>
    /// <param name="scratch">Units of the same field, overwritten.</param>
    /// <param name="toPoints">[d padded, 64].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        VelocityField field, VelocityUnits units, float* g, float q, VelocityUnits scratch, float* toPoints)
    {
        V twice = S.Create(2 * q);
        if (field.Hidden is { } hidden)
        {
            Dense(field.Output.Transposed, g, scratch.Second);
            for (int i = 0; i < hidden.Outputs * R; i += S.Count)
            {
                V bend = S.Multiply(S.Multiply(twice, S.Load(units.Trace + i)), S.Load(units.Second + i));
                V sum = S.Multiply(S.Load(units.SecondSlopes + i), S.Subtract(S.Load(scratch.Second + i), bend));
                S.Store(ValueLimit.Clamp<V, S>(sum), scratch.Second + i);
            }

            Dense(field.TraceLayer!.Transposed, units.SecondSlopes, scratch.FirstSlopes);
            Dense(hidden.Transposed, scratch.Second, scratch.First);
            for (int i = 0; i < field.Input.Outputs * R; i += S.Count)
                AddFirst(units, scratch, i, S.Multiply(twice, S.Load(scratch.FirstSlopes + i)));
        }
        else
        {
            Dense(field.Output.Transposed, g, scratch.First);
            for (int i = 0; i < field.Input.Outputs * R; i += S.Count)
                AddFirst(units, scratch, i, S.Multiply(twice, S.Create(field.DiagonalWeights![i / R])));
        }

        Dense(field.Input.Transposed, scratch.First, toPoints);
    }

    /// <summary>h = tanh(h), and its slope 1 - h^2.</summary>
    /// <param name="length">Values, whole vectors.</param>
    /// <param name="h">Overwritten.</param>
    /// <param name="slopes">Receives the slopes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TanhAndSlopes(int length, float* h, float* slopes)
    {
        V one = S.Create(1);
        int i = 0;
        for (; i + 2 * S.Count <= length; i += 2 * S.Count)
        {
            V a = S.Load(h + i), b = S.Load(h + i + S.Count);
            VectorMath<V, S>.Tanh(ref a, ref b);
            S.Store(a, h + i);
            S.Store(b, h + i + S.Count);
            S.Store(S.NegatedMultiplyAdd(a, a, one), slopes + i);
            S.Store(S.NegatedMultiplyAdd(b, b, one), slopes + i + S.Count);
        }

        for (; i < length; i += S.Count)
        {
            V a = VectorMath<V, S>.Tanh(S.Load(h + i));
            S.Store(a, h + i);
            S.Store(S.NegatedMultiplyAdd(a, a, one), slopes + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(int length, float* h, float* shift)
    {
        for (int i = 0; i < length; i += S.Count)
            S.Store(S.Add(S.Load(h + i), S.Load(shift + i)), h + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddFirst(VelocityUnits units, VelocityUnits scratch, int i, V bend)
    {
        V sum = S.NegatedMultiplyAdd(bend, S.Load(units.First + i), S.Load(scratch.First + i));
        S.Store(ValueLimit.Clamp<V, S>(S.Multiply(S.Load(units.FirstSlopes + i), sum)), scratch.First + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dense(DenseLayer layer, bool row, float* x, float* y, AlignedBuffer? biases = null)
    {
        if (row)
            DenseRowKernel<V, S>.Run(layer, x, y, -ValueLimit.Largest, biases: biases);
        else
            DenseKernel<V, S>.Run(layer.Panels, x, y, -ValueLimit.Largest, biases: biases);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dense(DensePanels panels, float* x, float* y) =>
        DenseKernel<V, S>.Run(panels, x, y, -ValueLimit.Largest);

    // Kept within the limit: a far larger divergence would be no number a few steps later.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumOfProducts(int units, bool row, float* a, float* b, float* sums)
    {
        if (row)
        {
            float sum = 0;
            for (int k = 0; k < units; k++)
                sum = SimdScalar.MultiplyAdd(a[k], b[k], sum);
            *sums = ValueLimit.Clamp<float, SimdScalar>(sum);
            return;
        }

        for (int r = 0; r < R; r += S.Count)
            S.Store(S.Create(0), sums + r);
        for (int k = 0; k < units; k++)
        {
            for (int r = 0; r < R; r += S.Count)
                S.Store(S.MultiplyAdd(S.Load(a + k * R + r), S.Load(b + k * R + r), S.Load(sums + r)), sums + r);
        }

        for (int r = 0; r < R; r += S.Count)
            S.Store(ValueLimit.Clamp<V, S>(S.Load(sums + r)), sums + r);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumOfWeighted(int units, bool row, float* a, AlignedBuffer weights, float* sums)
    {
        fixed (float* w = weights)
        {
            if (row)
            {
                SumOfProducts(units, row, a, w, sums);
                return;
            }

            for (int r = 0; r < R; r += S.Count)
            {
                V sum = S.Create(0);
                for (int k = 0; k < units; k++)
                    sum = S.MultiplyAdd(S.Load(a + k * R + r), S.Create(w[k]), sum);
                S.Store(ValueLimit.Clamp<V, S>(sum), sums + r);
            }
        }
    }
}
