using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Coupling;

/// <summary>The affine coupling on one row; a vector holds <c>S.Count</c> inputs, outputs or active columns.</summary>
/// <remarks>The steps, sums and hence bits of <see cref="AffineCouplingForwardKernel{V, S}"/>. Active values are set side by side and put
/// back afterwards, so that one vector takes the tanh and exp of many columns.</remarks>
internal static unsafe class AffineCouplingRowKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <param name="coupling">The bijection.</param>
    /// <param name="x">The point; overwritten with z.</param>
    /// <param name="scratch">The bijection's scratch columns + 16 floats.</param>
    /// <returns>log|det df/dx|.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run(AffineCoupling coupling, float* x, float* scratch)
    {
        ReadOnlySpan<int> passive = coupling.Passive, active = coupling.Active;
        for (int i = 0; i < passive.Length; i++)
            scratch[i] = Math.Min(Math.Max(x[passive[i]], -coupling.InputBound), coupling.InputBound);
        PerceptronKernel<V, S>.ForwardRow(coupling.Conditioner, scratch);

        float* raw = scratch + coupling.Conditioner.OutputStart, shift = raw + active.Length;
        float* values = scratch + coupling.Conditioner.ActivationLength, logs = values + coupling.PaddedActive;
        for (int i = 0; i < active.Length; i++)
            values[i] = x[active[i]];
        V bound = S.Create(coupling.LogScaleBound), inverseBound = S.Create(1 / coupling.LogScaleBound);
        for (int i = 0; i < active.Length; i += S.Count)
        {
            V s = AffineCouplingForwardKernel<V, S>.LogScale(S.Load(raw + i), bound, inverseBound);
            S.Store(AffineCouplingForwardKernel<V, S>.Move(S.Load(values + i), s, S.Load(shift + i)), values + i);
            S.Store(s, logs + i);
        }

        float logDet = 0;
        for (int i = 0; i < active.Length; i++)
        {
            x[active[i]] = values[i];
            logDet += logs[i];
        }

        return logDet;
    }
}
