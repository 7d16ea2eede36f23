using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>Gradients of a perceptron's weights over a block: dW += G A^T and db += sum_r G, layer by layer.</summary>
/// <remarks>
/// 1. G [outputs, 64] is the gradient on a layer's sums, A [inputs, 64] what the layer got.
/// 2. A is transposed, so that vectors hold inputs, and the product adds up over the rows in order, in registers
///    (<see cref="MatrixKernel{V, S}"/>).
/// 3. Sums of G over rows stay in sixteen lanes whatever the width, so that every width gives the same bits; they are added up
///    once a step, in double precision.
/// 4. Inputs that a masked layer's outputs do not see are left out, so that masked weights have sums without a meaning.
/// 5. G is 0 in rows of weight 0 and behind the block's last row; whatever stands in A there, finite as all values are, adds
///    nothing.
/// </remarks>
internal static unsafe class PerceptronGradientKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    private const int R = RowBlock.Rows;
    private const int Together = 8;

    /// <param name="perceptron">The layers.</param>
    /// <param name="activations">[ActivationLength, 64], from the forward pass.</param>
    /// <param name="gradients">[ActivationLength, 64], from the backward pass.</param>
    /// <param name="sums">Added to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(MultilayerPerceptron perceptron, float* activations, float* gradients, PerceptronGradient sums)
    {
        for (int l = 0; l < perceptron.Layers.Count; l++)
        {
            DenseLayer layer = perceptron.Layers[l];
            int stride = sums.Stride(l);
            float* inputs = activations + (l == 0 ? 0 : perceptron.Start(l - 1)) * R, g = gradients + perceptron.Start(l) * R;
            fixed (float* weights = sums.Weights[l], biases = sums.Biases[l], transposed = sums.Transposed)
            {
                Transposition.Of(inputs, layer.Inputs, R, R, transposed, stride);
                AddWeights(layer, g, transposed, stride, weights);
                for (int o = 0; o < layer.Outputs; o++)
                    AddLanes(g + o * R, biases + o * PerceptronGradient.Lanes);
            }
        }
    }

    // Outputs that see fewer inputs go by themselves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddWeights(DenseLayer layer, float* g, float* transposed, int stride, float* weights)
    {
        ReadOnlySpan<int> prefixes = layer.Prefixes;
        for (int o = 0, end; o < prefixes.Length; o = end)
        {
            int columns = Columns(prefixes, o);
            for (end = o + Together; end < prefixes.Length && Columns(prefixes, end) == columns;)
                end += Together;
            end = Math.Min(end, prefixes.Length);
            MatrixKernel<V, S>.Run(end - o, g + o * R, R, R, transposed, stride, columns, weights + o * stride, stride);
        }

        static int Columns(ReadOnlySpan<int> prefixes, int o)
        {
            int most = 0;
            foreach (int prefix in prefixes.Slice(o, Math.Min(Together, prefixes.Length - o)))
                most = Math.Max(most, prefix);
            return most;
        }
    }

    // Row r to lane r mod 16, rows ascending.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLanes(float* g, float* sums)
    {
        for (int lane = 0; lane < PerceptronGradient.Lanes; lane += S.Count)
        {
            V sum = S.Load(sums + lane);
            for (int r = lane; r < R; r += PerceptronGradient.Lanes)
                sum = S.Add(sum, S.Load(g + r));
            S.Store(sum, sums + lane);
        }
    }
}
