using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioned;

/// <summary>A conditioned map over blocks of 64 rows and single rows; a vector holds rows of one column, or active columns of one
/// row.</summary>
/// <remarks>
/// 1. The context and, clamped, the columns that the conditioner sees are set side by side as its inputs.
/// 2. The conditioner gives each active column's parameters.
/// 3. The scalar map takes the active columns one by one and adds up their log-slopes.
/// On one row the active values are set side by side and put back afterwards, so that one vector takes the map of many columns;
/// steps, sums and hence bits are those of a block.
/// </remarks>
internal static unsafe class ConditionedKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="parts">The bijection.</param>
    /// <param name="x">[d, 64]; overwritten with z.</param>
    /// <param name="context">[context, 64].</param>
    /// <param name="activations">[conditioner's activations, 64].</param>
    /// <param name="logDet">[64]; the log-determinant is added.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<TMap>(
        in ConditionedParts<TMap> parts, float* x, float* context, float* activations, float* logDet)
        where TMap : struct, IScalarMap
    {
        Condition(parts, x, context, activations);
        TMap map = parts.Map;
        int stride = parts.Active.Length * R;
        float* parameters = activations + parts.Conditioner.OutputStart * R;
        float* logSlopes = stackalloc float[2 * R], scratch = logSlopes + R;
        for (int r = 0; r < R; r += S.Count)
            S.Store(S.Create(0), logSlopes + r);
        foreach (int column in parts.Active)
        {
            map.Forward<V, S>(R, x + column * R, parameters, stride, logSlopes, scratch);
            parameters += R;
        }

        for (int r = 0; r < R; r += S.Count)
            S.Store(S.Add(S.Load(logDet + r), S.Load(logSlopes + r)), logDet + r);
    }

    /// <param name="parts">The bijection.</param>
    /// <param name="x">The point; overwritten with z.</param>
    /// <param name="context">[context].</param>
    /// <param name="scratch">The bijection's scratch columns + 16 floats.</param>
    /// <returns>log|det df/dx|.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float ForwardRow<TMap>(in ConditionedParts<TMap> parts, float* x, float* context, float* scratch)
        where TMap : struct, IScalarMap
    {
        MultilayerPerceptron conditioner = parts.Conditioner;
        ReadOnlySpan<int> inputs = parts.Inputs, active = parts.Active;
        for (int i = 0; i < parts.Context; i++)
            scratch[i] = context[i];
        for (int i = 0; i < inputs.Length; i++)
            scratch[parts.Context + i] = Math.Min(Math.Max(x[inputs[i]], -parts.InputBound), parts.InputBound);
        PerceptronKernel<V, S>.ForwardRow(conditioner, scratch);

        int padded = Padded(active.Length);
        float* values = scratch + conditioner.ActivationLength, logSlopes = values + padded;
        for (int i = 0; i < active.Length; i++)
            values[i] = x[active[i]];
        for (int i = 0; i < padded; i += S.Count)
            S.Store(S.Create(0), logSlopes + i);
        TMap map = parts.Map;
        float* parameters = scratch + conditioner.OutputStart;
        map.Forward<V, S>(active.Length, values, parameters, active.Length, logSlopes, logSlopes + padded);

        float logDet = 0;
        for (int i = 0; i < active.Length; i++)
        {
            x[active[i]] = values[i];
            logDet += logSlopes[i];
        }

        return logDet;
    }

    /// <summary>The gradient of L = sum_r (weight_r log|det|_r + what follows of z_r) with respect to inputs and conditioner,
    /// over a block.</summary>
    /// <remarks>Activations as <see cref="Forward"/> left them. The map carries dL/dz on to its inputs and parameters; the
    /// conditioner carries the parameters' gradients back to its inputs, where they add to those columns' own.</remarks>
    /// <param name="parts">The bijection.</param>
    /// <param name="x">[d, 64], the inputs.</param>
    /// <param name="activations">[conditioner's activations, 64].</param>
    /// <param name="weights">[64].</param>
    /// <param name="g">[d, 64], dL/dz; overwritten with dL/dx.</param>
    /// <param name="gradients">[conditioner's activations, 64]; receives the gradients on all of them, before their
    /// rectifiers.</param>
    /// <param name="toInputs">Whether dL/dx is wanted; the share through the conditioner is left out otherwise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<TMap>(
        in ConditionedParts<TMap> parts, float* x, float* activations, float* weights, float* g, float* gradients, bool toInputs)
        where TMap : struct, IScalarMap
    {
        TMap map = parts.Map;
        int[] inputs = parts.Inputs, active = parts.Active;
        int start = parts.Conditioner.OutputStart * R, stride = active.Length * R;
        for (int i = 0; i < active.Length; i++)
        {
            int column = active[i] * R, at = start + i * R;
            map.Backward<V, S>(x + column, activations + at, stride, weights, g + column, gradients + at);
        }

        PerceptronKernel<V, S>.Backward(parts.Conditioner, activations, gradients, parts.InputBound, toInputs);
        float* onInputs = gradients + parts.Context * R;
        for (int i = 0; toInputs && i < inputs.Length; i++)
        {
            float* to = g + inputs[i] * R;
            for (int r = 0; r < R; r += S.Count)
                S.Store(ValueLimit.Clamp<V, S>(S.Add(S.Load(to + r), S.Load(onInputs + i * R + r))), to + r);
        }
    }

    /// <summary>Steps 1 and 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Condition<TMap>(in ConditionedParts<TMap> parts, float* x, float* context, float* activations)
        where TMap : struct, IScalarMap
    {
        V bound = S.Create(parts.InputBound), negativeBound = S.Create(-parts.InputBound);
        float* input = activations + parts.Context * R;
        for (int i = 0; i < parts.Context * R; i += S.Count)
            S.Store(S.Load(context + i), activations + i);
        foreach (int column in parts.Inputs)
        {
            for (int r = 0; r < R; r += S.Count)
                S.Store(S.Min(S.Max(S.Load(x + column * R + r), negativeBound), bound), input + r);
            input += R;
        }

        PerceptronKernel<V, S>.Forward(parts.Conditioner, activations);
    }

    /// <summary>A number of columns rounded up to whole vectors.</summary>
    public static int Padded(int columns) => (columns + 15) / 16 * 16;
}
