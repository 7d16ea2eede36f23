using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>y = b + W x of one row, kept within limits; a vector holds <c>S.Count</c> outputs.</summary>
/// <remarks>The same sums in the same order as <see cref="DenseKernel{V, S}"/>, hence the same bits. Four vectors of outputs at a
/// time share the broadcast of an input and do not wait for each other.</remarks>
internal static unsafe class DenseRowKernel<V, S>
    where V : struct
    where S : struct, ISimd<V>
{
    /// <param name="layer">W and b.</param>
    /// <param name="x">[inputs].</param>
    /// <param name="y">[outputs padded].</param>
    /// <param name="lowest">The least value in y: 0 makes a rectifier. The largest is <see cref="ValueLimit"/>.</param>
    /// <param name="added">[outputs padded], added to y before its limits; null for nothing.</param>
    /// <param name="biases">[outputs padded], in place of the layer's own; null for those.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        DenseLayer layer, float* x, float* y, float lowest, float* added = null, AlignedBuffer? biases = null)
    {
        int inputs = layer.Inputs, padded = layer.PaddedOutputs, v = S.Count, o = 0;
        V least = S.Create(lowest), highest = S.Create(ValueLimit.Largest);
        fixed (float* rows = layer.Rows, bias = biases ?? layer.Bias)
        {
            // What is added joins the biases, as in a block: the sums start in y.
            float* from = bias;
            for (int i = 0; added != null && i < padded; i += v, from = y)
                S.Store(S.Add(S.Load(bias + i), S.Load(added + i)), y + i);
            for (; o + 4 * v <= padded; o += 4 * v)
            {
                V y0 = S.Load(from + o), y1 = S.Load(from + o + v), y2 = S.Load(from + o + 2 * v), y3 = S.Load(from + o + 3 * v);
                float* w = rows + o;
                for (int i = 0; i < inputs; i++, w += padded)
                {
                    V xi = S.Create(x[i]);
                    y0 = S.MultiplyAdd(S.Load(w), xi, y0);
                    y1 = S.MultiplyAdd(S.Load(w + v), xi, y1);
                    y2 = S.MultiplyAdd(S.Load(w + 2 * v), xi, y2);
                    y3 = S.MultiplyAdd(S.Load(w + 3 * v), xi, y3);
                }

                S.Store(S.Min(S.Max(y0, least), highest), y + o);
                S.Store(S.Min(S.Max(y1, least), highest), y + o + v);
                S.Store(S.Min(S.Max(y2, least), highest), y + o + 2 * v);
                S.Store(S.Min(S.Max(y3, least), highest), y + o + 3 * v);
            }

            for (; o < padded; o += v)
            {
                V sum = S.Load(from + o);
                for (int i = 0; i < inputs; i++)
                    sum = S.MultiplyAdd(S.Load(rows + i * padded + o), S.Create(x[i]), sum);
                S.Store(S.Min(S.Max(sum, least), highest), y + o);
            }
        }
    }
}
