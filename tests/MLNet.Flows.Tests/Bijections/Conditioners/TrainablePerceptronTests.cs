using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Conditioners;

/// <summary>The perceptron's kernels at every width against plain loops in double precision.</summary>
public sealed class TrainablePerceptronTests
{
    private const int R = RowBlock.Rows;
    private const double Tolerance = 1e-5;

    // Sizes at and beside the edges of tiles, of vectors and of stretches of inputs.
    private static readonly int[][] Shapes =
    [
        [0, 3], [1, 1], [1, 1, 1], [3, 7, 5], [8, 64, 64, 16], [17, 63, 66, 31], [5, 130, 33, 9], [128, 128], [81, 4],
        [3, 1, 1, 1, 2], [9, 64, 64, 64, 31], [2, 19, 19, 19, 19, 19, 5], [5, 130, 130, 130, 7],
    ];

    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            foreach (int width in SimdWidths.All.Select(each => each.Data))
            {
                for (int shape = 0; shape < Shapes.Length; shape++)
                    cases.Add(width, shape);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForwardBackwardAndWeightGradients_AtAnyWidth_ArePlainSums(int width, int shape)
    {
        int[] widths = Shapes[shape];
        bool residual = MultilayerPerceptron.MakesBlocks(widths[1..^1]) && widths.Length > 3;
        var perceptron = new TrainablePerceptron(widths, residual: residual);
        var random = new RandomStream(shape);
        float[] parameters = [.. Enumerable.Range(0, perceptron.ParameterCount).Select(_ => (float)random.NextGaussian())];
        perceptron.SetParameters(parameters);
        int length = perceptron.Network.ActivationLength * R, start = perceptron.Network.OutputStart * R;
        AlignedBuffer activations = new(length), gradients = new(length);
        foreach (ref float value in activations.Span[..(widths[0] * R)])
            value = (float)random.NextGaussian();
        foreach (ref float value in gradients.Span.Slice(start, widths[^1] * R))
            value = (float)random.NextGaussian();
        var sums = new PerceptronGradient(perceptron.Network);
        var pass = new Pass(perceptron.Network, activations, gradients, sums);

        // Twice: sums are added to.
        SimdDispatch.Run((SimdWidth)width, ref pass);
        SimdDispatch.Run((SimdWidth)width, ref pass);
        var gradient = new float[perceptron.ParameterCount];
        perceptron.FinishGradient(sums, gradient);

        (double[] outputs, double[] onInputs, double[] exact) = Plain(
            widths, residual, parameters, activations.Span[..(widths[0] * R)], gradients.Span.Slice(start, widths[^1] * R));
        AssertNear(outputs, activations.Span.Slice(start, outputs.Length));
        AssertNear(onInputs, gradients.Span[..onInputs.Length]);
        AssertNear([.. exact.Select(value => 2 * value)], gradient);
    }

    private static (double[] Outputs, double[] OnInputs, double[] Gradient) Plain(
        int[] widths, bool residual, float[] parameters, ReadOnlySpan<float> inputs, ReadOnlySpan<float> onOutputs)
    {
        int layers = widths.Length - 1;
        var starts = new int[layers + 1];
        for (int l = 0; l < layers; l++)
            starts[l + 1] = starts[l] + (widths[l] + 1) * widths[l + 1];
        double[][] values = [ToDouble(inputs), .. widths.Skip(1).Select(width => new double[width * R])];
        for (int l = 0; l < layers; l++)
        {
            for (int at = 0; at < values[l + 1].Length; at++)
            {
                int o = at / R, row = starts[l] + o * widths[l];
                double sum = parameters[starts[l] + widths[l] * widths[l + 1] + o];
                for (int i = 0; i < widths[l]; i++)
                    sum += (double)parameters[row + i] * values[l][i * R + at % R];
                sum += EndsBlock(l) ? values[l - 1][at] : 0;
                values[l + 1][at] = l < layers - 1 ? Math.Max(sum, 0) : sum;
            }
        }

        var gradient = new double[parameters.Length];
        double[] back = ToDouble(onOutputs), behind = [];
        for (int l = layers - 1; l >= 0; l--)
        {
            // A block's entrance shares in what leaves it.
            double[] before = EndsBlock(l + 1) ? behind : new double[widths[l] * R];
            for (int at = 0; at < back.Length; at++)
            {
                int o = at / R, row = starts[l] + o * widths[l];
                gradient[starts[l] + widths[l] * widths[l + 1] + o] += back[at];
                for (int i = 0; i < widths[l]; i++)
                {
                    gradient[row + i] += back[at] * values[l][i * R + at % R];
                    before[i * R + at % R] += back[at] * parameters[row + i];
                }
            }

            for (int at = 0; l > 0 && at < before.Length; at++)
                before[at] = values[l][at] > 0 ? before[at] : 0;
            (behind, back) = (back, before);
        }

        return (values[^1], back, gradient);

        bool EndsBlock(int l) => residual && l > 0 && l % 2 == 0 && l < layers - 1;
    }

    private static void AssertNear(double[] expected, ReadOnlySpan<float> actual)
    {
        double scale = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - Tolerance * scale, expected[i] + Tolerance * scale);
    }

    private static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var result = new double[values.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = values[i];
        return result;
    }

    private readonly unsafe struct Pass(
        MultilayerPerceptron network, AlignedBuffer activations, AlignedBuffer gradients, PerceptronGradient sums)
        : ISimdOperation
    {
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* a = activations, g = gradients)
            {
                PerceptronKernel<V, S>.Forward(network, a);
                PerceptronKernel<V, S>.Backward(network, a, g, inputBound: 100, toInputs: true);
                PerceptronGradientKernel<V, S>.Add(network, a, g, sums);
            }
        }
    }
}
