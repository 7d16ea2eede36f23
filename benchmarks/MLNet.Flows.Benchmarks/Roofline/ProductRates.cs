using System.Runtime.CompilerServices;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Roofline;

/// <summary>The matrix products that a perceptron's training is made of, over one block of 64 rows, against the rate of fused
/// multiply-adds that the machine was measured to reach.</summary>
internal static class ProductRates
{
    private const int Repeats = 200;

    // Of a coupling of 16 columns with two hidden layers of 64, and of wider ones.
    private static readonly int[][] Shapes = [[8, 64, 64, 16], [16, 128, 128, 32], [64, 64]];

    public static void Measure(SimdWidth width, MachineLimits limits)
    {
        foreach (int[] widths in Shapes)
        {
            var forward = new Product(widths, Pass.Forward);
            var backward = new Product(widths, Pass.Backward);
            var gradients = new Product(widths, Pass.Gradients);
            double[] seconds = Timing.Interleaved(
                1,
                () => SimdDispatch.Run(width, ref forward),
                () => SimdDispatch.Run(width, ref backward),
                () => SimdDispatch.Run(width, ref gradients));
            int weights = widths.Zip(widths.Skip(1), (inputs, outputs) => inputs * outputs).Sum();
            double fma = (double)Repeats * RowBlock.Rows * weights;
            foreach ((string name, double time) in new[] { "forward", "backward", "weight_gradients" }.Zip(seconds))
            {
                Console.WriteLine(
                    $"ROOFLINE perceptron_{string.Join('x', widths)} {name} flops={2 * fma / time:0.00e0} "
                    + $"bound={2 * limits.FmaPerSecond:0.00e0} percent={100 * fma / time / limits.FmaPerSecond:F0}");
            }

            double whole = 3 * fma / seconds.Sum();
            Console.WriteLine(
                $"ROOFLINE perceptron_{string.Join('x', widths)} all flops={2 * whole:0.00e0} "
                + $"bound={2 * limits.FmaPerSecond:0.00e0} percent={100 * whole / limits.FmaPerSecond:F0}");
        }
    }

    private enum Pass
    {
        Forward,
        Backward,
        Gradients,
    }

    private readonly unsafe struct Product : ISimdOperation
    {
        private readonly TrainablePerceptron _perceptron;
        private readonly AlignedBuffer _activations;
        private readonly AlignedBuffer _gradients;
        private readonly PerceptronGradient _sums;
        private readonly Pass _pass;

        public Product(int[] widths, Pass pass)
        {
            (_perceptron, _pass) = (new TrainablePerceptron(widths), pass);
            var random = new RandomStream(1);
            var parameters = new float[_perceptron.ParameterCount];
            _perceptron.Initialize(random, parameters);
            _perceptron.SetParameters(parameters);
            int length = _perceptron.Network.ActivationLength * RowBlock.Rows;
            (_activations, _gradients) = (new AlignedBuffer(length), new AlignedBuffer(length));
            foreach (ref float value in _activations.Span)
                value = (float)random.NextGaussian();
            foreach (ref float value in _gradients.Span)
                value = (float)random.NextGaussian();
            _sums = new PerceptronGradient(_perceptron.Network);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* activations = _activations, gradients = _gradients)
            {
                for (int i = 0; i < Repeats; i++)
                {
                    switch (_pass)
                    {
                        case Pass.Forward:
                            PerceptronKernel<V, S>.Forward(_perceptron.Network, activations);
                            break;
                        case Pass.Backward:
                            PerceptronKernel<V, S>.Backward(_perceptron.Network, activations, gradients, 3, toInputs: true);
                            break;
                        default:
                            PerceptronGradientKernel<V, S>.Add(_perceptron.Network, activations, gradients, _sums);
                            break;
                    }
                }
            }
        }
    }
}
