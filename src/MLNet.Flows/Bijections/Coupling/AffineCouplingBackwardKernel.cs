using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>The gradient of L(z) + log|det| with respect to the inputs of an affine coupling, over a block of 64 rows; a vector holds rows.</summary>
/// <remarks>
/// 1. The conditioner runs again, for its activations.
/// 2. With g = dL/dz_B (0 where z is at its limit), s = bound h, h = tanh(raw / bound):
///    on x_B: g exp(s); on t: g; on s: g x_B exp(s) + 1; on raw: that times 1 - h^2.
/// 3. The conditioner carries the gradients on (raw, t) back to its inputs, where they add to dL/dz_A.
/// Gradients, like points, are kept within +-1e15, so that a row far out has a finite one.
/// </remarks>
internal static unsafe class AffineCouplingBackwardKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="coupling">The bijection.</param>
    /// <param name="x">[d, 64], the inputs.</param>
    /// <param name="activations">[conditioner's activations, 64].</param>
    /// <param name="g">[d, 64], dL/dz; overwritten with dL/dx.</param>
    /// <param name="gradients">[conditioner's activations, 64].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(AffineCoupling coupling, float* x, float* activations, float* g, float* gradients)
    {
        MultilayerPerceptron conditioner = coupling.Conditioner;
        AffineCouplingForwardKernel<V, S>.Condition(coupling, x, activations);
        int start = conditioner.OutputStart * R, shifts = coupling.Active.Length * R;
        for (int i = 0; i < coupling.Active.Length; i++)
        {
            int column = coupling.Active[i] * R, at = start + i * R;
            Active(coupling.LogScaleBound, x + column, activations + at, activations + at + shifts, g + column, gradients + at, gradients + at + shifts);
        }

        PerceptronKernel<V, S>.Backward(conditioner, activations, gradients, coupling.InputBound);
        for (int i = 0; i < coupling.Passive.Length; i++)
        {
            float* to = g + coupling.Passive[i] * R;
            for (int r = 0; r < R; r += S.Count)
                S.Store(Near(S.Add(S.Load(to + r), S.Load(gradients + i * R + r))), to + r);
        }
    }

    // Step 2 for one active column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Active(float logScaleBound, float* x, float* raw, float* shift, float* g, float* onRaw, float* onShift)
    {
        V one = S.Create(1), zero = S.Create(0), limit = S.Create(DenseLayer.Farthest);
        V bound = S.Create(logScaleBound), inverseBound = S.Create(1 / logScaleBound);
        for (int r = 0; r < R; r += S.Count)
        {
            V value = S.Load(x + r), h = VectorMath<V, S>.Tanh(S.Multiply(S.Load(raw + r), inverseBound));
            V scale = VectorMath<V, S>.Exp(S.Multiply(bound, h)), scaled = Near(S.Multiply(value, scale));
            V passed = S.SelectLess(S.Abs(S.Add(scaled, S.Load(shift + r))), limit, Near(S.Load(g + r)), zero);
            V slope = S.NegatedMultiplyAdd(h, h, one);
            S.Store(Near(S.Multiply(passed, scale)), g + r);
            S.Store(passed, onShift + r);
            S.Store(S.Multiply(slope, Near(S.MultiplyAdd(passed, scaled, one))), onRaw + r);
        }
    }

    private static V Near(V value) => AffineCouplingForwardKernel<V, S>.Near(value);
}
