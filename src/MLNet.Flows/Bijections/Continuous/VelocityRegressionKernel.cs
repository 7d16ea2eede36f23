using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Continuous;

/// <summary>A velocity field over a block in which every row has a time of its own, its squared error, and back with
/// gradients.</summary>
internal static unsafe class VelocityRegressionKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;

    /// <param name="network">The field's layers.</param>
    /// <param name="activations">[ActivationLength, 64]; the inputs are given, all others are overwritten.</param>
    /// <param name="targets">[d, 64].</param>
    /// <param name="values">[64], receives -|v - u|^2 / d.</param>
    /// <param name="gradients">Laid out like the activations; the outputs' receive those of the values.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(
        MultilayerPerceptron network, float* activations, float* targets, float* values, float* gradients)
    {
        float* x = activations;
        for (int l = 0; l < network.Layers.Count; l++)
        {
            float* y = activations + network.Start(l) * R;
            DenseKernel<V, S>.Run(network.Layers[l].Panels, x, y, -ValueLimit.Largest);
            if (l < network.Layers.Count - 1)
                Tanh(network.Layers[l].Outputs * R, y);
            x = y;
        }

        int d = network.Outputs;
        float* g = gradients + network.OutputStart * R;
        V share = S.Create(-1f / d), slope = S.Create(-2f / d);
        for (int r = 0; r < R; r += S.Count)
        {
            V sum = S.Create(0);
            for (int i = r; i < d * R; i += R)
            {
                V error = S.Subtract(S.Load(x + i), S.Load(targets + i));
                sum = S.MultiplyAdd(error, error, sum);
                S.Store(S.Multiply(slope, error), g + i);
            }

            S.Store(S.Multiply(share, sum), values + r);
        }
    }

    /// <summary>Weighs the outputs' gradients and carries them back to all layers.</summary>
    /// <param name="network">The field's layers.</param>
    /// <param name="activations">As <see cref="Forward"/> left them.</param>
    /// <param name="weights">[64].</param>
    /// <param name="gradients">As <see cref="Forward"/> left them; those on the layers' sums are overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(MultilayerPerceptron network, float* activations, float* weights, float* gradients)
    {
        float* g = gradients + network.OutputStart * R;
        for (int i = 0; i < network.Outputs * R; i += S.Count)
            S.Store(ValueLimit.Clamp<V, S>(S.Multiply(S.Load(weights + i % R), S.Load(g + i))), g + i);
        V one = S.Create(1);
        for (int l = network.Layers.Count - 1; l > 0; l--)
        {
            int start = network.Start(l - 1) * R;
            float* h = activations + start, to = gradients + start;
            DenseKernel<V, S>.Run(
                network.Layers[l].Transposed, gradients + network.Start(l) * R, to, -ValueLimit.Largest);
            for (int i = 0; i < network.Layers[l].Inputs * R; i += S.Count)
            {
                V a = S.Load(h + i);
                S.Store(S.Multiply(S.NegatedMultiplyAdd(a, a, one), S.Load(to + i)), to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tanh(int length, float* h)
    {
        for (int i = 0; i < length; i += 2 * S.Count)
        {
            V a = S.Load(h + i), b = S.Load(h + i + S.Count);
            VectorMath<V, S>.Tanh(ref a, ref b);
            S.Store(a, h + i);
            S.Store(b, h + i + S.Count);
        }
    }
}
