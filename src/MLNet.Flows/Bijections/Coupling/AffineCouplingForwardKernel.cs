using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>The affine coupling over a block of 64 rows; a vector holds one quantity of <c>S.Count</c> rows.</summary>
/// <remarks>
/// 1. The passive columns, kept within their bound, are set side by side as the conditioner's inputs.
/// 2. The conditioner gives raw log-scales and shifts.
/// 3. s = bound tanh(raw / bound) in place of raw, then z = x exp(s) + t, log|det| += s, active columns ascending: two loops, because tanh and exp in one make a
/// chain of steps longer than what the processor can look ahead, and fewer vectors are under way at a time.
/// </remarks>
internal static unsafe class AffineCouplingForwardKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="coupling">The bijection.</param>
    /// <param name="x">[d, 64]; overwritten with z.</param>
    /// <param name="activations">[conditioner's activations, 64].</param>
    /// <param name="logDet">[64]; the log-determinant is added.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(AffineCoupling coupling, float* x, float* activations, float* logDet)
    {
        Condition(coupling, x, activations);
        int count = coupling.Active.Length;
        V bound = S.Create(coupling.LogScaleBound), inverseBound = S.Create(1 / coupling.LogScaleBound);
        float* raw = activations + coupling.Conditioner.OutputStart * R, shift = raw + count * R;
        float* logs = stackalloc float[R];
        new Span<float>(logs, R).Clear();
        foreach (int column in coupling.Active)
        {
            float* values = x + column * R;
            for (int r = 0; r < R; r += 2 * S.Count)
            {
                V s0 = S.Multiply(S.Load(raw + r), inverseBound), s1 = S.Multiply(S.Load(raw + r + S.Count), inverseBound);
                VectorMath<V, S>.Tanh(ref s0, ref s1);
                S.Store(S.Multiply(bound, s0), raw + r);
                S.Store(S.Multiply(bound, s1), raw + r + S.Count);
            }

            for (int r = 0; r < R; r += S.Count)
            {
                V s = S.Load(raw + r);
                S.Store(Move(S.Load(values + r), s, S.Load(shift + r)), values + r);
                S.Store(S.Add(S.Load(logs + r), s), logs + r);
            }

            raw += R;
            shift += R;
        }

        for (int r = 0; r < R; r += S.Count)
            S.Store(S.Add(S.Load(logDet + r), S.Load(logs + r)), logDet + r);
    }

    /// <summary>Steps 1 and 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Condition(AffineCoupling coupling, float* x, float* activations)
    {
        V bound = S.Create(coupling.InputBound), negativeBound = S.Create(-coupling.InputBound);
        float* input = activations;
        foreach (int column in coupling.Passive)
        {
            for (int r = 0; r < R; r += S.Count)
                S.Store(S.Min(S.Max(S.Load(x + column * R + r), negativeBound), bound), input + r);
            input += R;
        }

        PerceptronKernel<V, S>.Forward(coupling.Conditioner, activations);
    }

    /// <summary>s = bound tanh(raw / bound).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogScale(V raw, V bound, V inverseBound) => S.Multiply(bound, VectorMath<V, S>.Tanh(S.Multiply(raw, inverseBound)));

    /// <summary>z = x exp(s) + t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Move(V x, V s, V shift) => Near(S.MultiplyAdd(x, VectorMath<V, S>.Exp(s), shift));

    /// <summary>The value kept within limits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Near(V value) => S.Min(S.Max(value, S.Create(-DenseLayer.Farthest)), S.Create(DenseLayer.Farthest));
}
