using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Conditioners;

/// <summary>A <see cref="MultilayerPerceptron"/> in double precision, with its limits, over blocks of 64 rows: for
/// inverses.</summary>
/// <remarks>A vector holds four rows.</remarks>
internal sealed class DoublePerceptron
{
    private const int R = RowBlock.Rows;
    private readonly double[][] _weights;
    private readonly double[][] _biases;
    private readonly MultilayerPerceptron _perceptron;

    public DoublePerceptron(MultilayerPerceptron perceptron)
    {
        IReadOnlyList<DenseLayer> layers = perceptron.Layers;
        _weights = [.. layers.Select(layer => ToDouble(layer.Weights))];
        _biases = [.. layers.Select(layer => ToDouble(layer.Biases))];
        _perceptron = perceptron;
    }

    /// <param name="inputs">[inputs, 64].</param>
    /// <returns>[outputs, 64].</returns>
    public ReadOnlySpan<double> Run(ReadOnlySpan<double> inputs)
    {
        int widest = _perceptron.Layers.Max(layer => Math.Max(layer.Inputs, layer.Outputs));

        // What the layer before gave, the one before that, and room for the next.
        double[][] values = [new double[widest * R], new double[widest * R], new double[widest * R]];
        inputs.CopyTo(values[0]);
        for (int l = 0; l < _weights.Length; l++)
        {
            Dense(
                _weights[l],
                _biases[l],
                values[l % 3],
                values[(l + 1) % 3],
                _perceptron.Lowest(l),
                added: _perceptron.EndsBlock(l) ? values[(l - 1) % 3] : null);
        }

        return values[_weights.Length % 3].AsSpan(0, _biases[^1].Length * R);
    }

    /// <summary>y = b + added + W x, kept within limits: per output, four vectors of four rows at a time.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="x">[inputs, 64].</param>
    /// <param name="y">[outputs, 64].</param>
    /// <param name="lowest">The least value in y; the largest is <see cref="ValueLimit"/>.</param>
    /// <param name="added">[outputs, 64]; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dense(
        double[] weights, double[] bias, double[] x, double[] y, double lowest, double[]? added = null)
    {
        int inputs = weights.Length / bias.Length, v = Vector256<double>.Count;
        Vector256<double> least = Vector256.Create(lowest), highest = Vector256.Create((double)ValueLimit.Largest);
        for (int o = 0; o < bias.Length; o++)
        {
            ReadOnlySpan<double> row = weights.AsSpan(o * inputs, inputs);
            for (int r = 0; r < R; r += 4 * v)
            {
                ref double from = ref MemoryMarshal.GetReference(x.AsSpan(r)), to = ref y[o * R + r];
                Vector256<double> y0 = Vector256.Create(bias[o]), y1 = y0, y2 = y0, y3 = y0;
                if (added is not null)
                {
                    ref double more = ref added[o * R + r];
                    y0 += Vector256.LoadUnsafe(ref more);
                    y1 += Vector256.LoadUnsafe(ref more, (nuint)v);
                    y2 += Vector256.LoadUnsafe(ref more, (nuint)(2 * v));
                    y3 += Vector256.LoadUnsafe(ref more, (nuint)(3 * v));
                }

                for (int i = 0; i < row.Length; i++)
                {
                    Vector256<double> w = Vector256.Create(row[i]);
                    nuint at = (nuint)(i * R);
                    y0 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at), y0);
                    y1 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at + (nuint)v), y1);
                    y2 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at + (nuint)(2 * v)), y2);
                    y3 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref from, at + (nuint)(3 * v)), y3);
                }

                Vector256.Clamp(y0, least, highest).StoreUnsafe(ref to);
                Vector256.Clamp(y1, least, highest).StoreUnsafe(ref to, (nuint)v);
                Vector256.Clamp(y2, least, highest).StoreUnsafe(ref to, (nuint)(2 * v));
                Vector256.Clamp(y3, least, highest).StoreUnsafe(ref to, (nuint)(3 * v));
            }
        }
    }

    /// <summary>The same values in double precision.</summary>
    public static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = values[i];
        return result;
    }
}
