using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>A multilayer perceptron, layer by layer through its activations: over a block, of one row, and back with
/// gradients.</summary>
internal static unsafe class PerceptronKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <summary>From the inputs [inputs, 64] at the start of the activations, all others of a block.</summary>
    /// <param name="perceptron">The layers.</param>
    /// <param name="activations">[ActivationLength, 64].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(MultilayerPerceptron perceptron, float* activations)
    {
        float* x = activations;
        for (int l = 0; l < perceptron.Layers.Count; l++)
        {
            float* y = activations + perceptron.Start(l) * R;
            float* skipped = perceptron.EndsBlock(l) ? activations + perceptron.Start(l - 2) * R : null;
            DenseKernel<V, S>.Run(perceptron.Layers[l].Panels, x, y, perceptron.Lowest(l), skipped);
            x = y;
        }
    }

    /// <summary>From the inputs at the start of the activations, all others of one row; the same bits as in a block.</summary>
    /// <param name="perceptron">The layers.</param>
    /// <param name="activations">[ActivationLength].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ForwardRow(MultilayerPerceptron perceptron, float* activations)
    {
        float* x = activations;
        for (int l = 0; l < perceptron.Layers.Count; l++)
        {
            float* y = activations + perceptron.Start(l);
            float* skipped = perceptron.EndsBlock(l) ? activations + perceptron.Start(l - 2) : null;
            DenseRowKernel<V, S>.Run(perceptron.Layers[l], x, y, perceptron.Lowest(l), skipped);
            x = y;
        }
    }

    /// <summary>Carries a gradient on the outputs back to the inputs, layer by layer through the transposed weights.</summary>
    /// <param name="perceptron">The layers.</param>
    /// <param name="activations">All activations, from <see cref="Forward"/>.</param>
    /// <param name="gradients">Laid out like the activations: the outputs' are given, all others are overwritten.</param>
    /// <param name="inputBound">What the inputs are clamped to.</param>
    /// <param name="toInputs">Whether the inputs' gradient is wanted, not only the layers'.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        MultilayerPerceptron perceptron, float* activations, float* gradients, float inputBound, bool toInputs)
    {
        for (int l = perceptron.Layers.Count - 1; l >= (toInputs ? 0 : 1); l--)
        {
            DenseLayer layer = perceptron.Layers[l];
            int to = l == 0 ? 0 : perceptron.Start(l - 1);

            // What enters a residual block has the gradient of what leaves it, besides the one through its layers.
            float* skipped = perceptron.EndsBlock(l + 1) ? gradients + perceptron.Start(l + 1) * R : null;
            DenseKernel<V, S>.Run(
                layer.Transposed, gradients + perceptron.Start(l) * R, gradients + to * R, -ValueLimit.Largest, skipped);
            Clip(
                layer.Inputs * R,
                activations + to * R,
                gradients + to * R,
                l == 0 ? -inputBound : 0,
                l == 0 ? inputBound : ValueLimit.Largest);
        }
    }

    // No gradient passes where an activation is at a limit: 0 for a rectifier.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Clip(int length, float* activations, float* gradients, float lowest, float highest)
    {
        V zero = S.Create(0), least = S.Create(lowest), most = S.Create(highest);
        for (int i = 0; i < length; i += S.Count)
        {
            V a = S.Load(activations + i);
            V passed = S.SelectLess(least, a, S.SelectLess(a, most, S.Load(gradients + i), zero), zero);
            S.Store(passed, gradients + i);
        }
    }
}
