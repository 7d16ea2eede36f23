using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Bijections.Planar;

/// <summary>The fused gradients against central differences of the layer-by-layer reference in double precision.</summary>
public sealed class PlanarGradientTests
{
    public static TheoryData<int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int>();
            foreach (int width in SimdWidths.All.Select(w => w.Data))
            {
                foreach ((int d, int k) in ((int, int)[])[(1, 1), (1, 5), (2, 4), (5, 3), (5, 17), (16, 16), (33, 8)])
                    cases.Add(d, k, width);
            }

            return cases;
        }
    }

    // The latent log-density of the test: a normal with mean 0.3, so that its gradient is 0.3 - z.
    [Theory]
    [MemberData(nameof(Cases))]
    public void FinishGradient_EveryParameterGroup_IsTheReferenceDifference(int dimension, int layers, int width)
    {
        float[] parameters = PlanarReference.RandomParameters(dimension, layers, 8);
        var random = new RandomStream(9);
        var stack = new TrainablePlanarStack(dimension, layers);
        stack.SetParameters(parameters);
        TrainableBijection.Accumulator first = stack.CreateAccumulator((SimdWidth)width),
        second = stack.CreateAccumulator((SimdWidth)width);
        var points = new List<(double[] X, double Weight)>();
        foreach ((int count, TrainableBijection.Accumulator accumulator) in
            ((int, TrainableBijection.Accumulator)[])[(64, first), (5, first), (9, second)])
        {
            var block = new RowBlock(dimension, stack.ScratchColumns, (SimdWidth)width) { Count = count };
            var weights = new float[64];
            for (int r = 0; r < count; r++)
            {
                weights[r] = r % 4 == 0 ? 0 : (float)(0.5 + random.NextDouble());
                for (int d = 0; d < dimension; d++)
                    block.Column(d)[r] = (float)random.NextGaussian();
                points.Add(([.. Enumerable.Range(0, dimension).Select(d => (double)block.Column(d)[r])], weights[r]));
            }

            stack.Forward(block, accumulator);
            var gradient = new RowBlock(dimension, 0, (SimdWidth)width);
            for (int r = 0; r < 64; r++)
            {
                for (int d = 0; d < dimension; d++)
                    gradient.Column(d)[r] = weights[r] * (0.3f - block.Column(d)[r]);
            }

            stack.Backward(gradient, weights, accumulator, toInputs: false);
        }

        first.Add(second);
        var result = new float[stack.ParameterCount];
        stack.FinishGradient(first, result);

        double[] exact = Array.ConvertAll(parameters, p => (double)p);
        double scale = Math.Sqrt(result.Average(g => (double)g * g));
        int stride = Math.Max(1, result.Length / 120);
        for (int i = 0; i < result.Length; i += i >= result.Length - layers ? 1 : Math.Min(stride, result.Length - layers - i))
        {
            double expected = Difference(exact, i, () => points.Sum(p => p.Weight * LogProb(dimension, layers, exact, p.X)));
            Assert.True(
                Math.Abs(expected - result[i]) < 2e-4 * (scale + Math.Abs(expected)),
                $"parameter {i}: {result[i]}, exactly {expected}, scale {scale}");
        }
    }

    [Fact]
    public void Backward_AfterClear_ForgetsWhatWasThere()
    {
        var stack = new TrainablePlanarStack(3, 4);
        stack.SetParameters(PlanarReference.RandomParameters(3, 4, 10));
        TrainableBijection.Accumulator accumulator = stack.CreateAccumulator(SimdSupport.Best);
        var weights = new float[64];
        weights.AsSpan().Fill(1);
        stack.Forward(new RowBlock(3, stack.ScratchColumns), accumulator);
        stack.Backward(new RowBlock(3), weights, accumulator, toInputs: false);

        accumulator.Clear();

        var gradient = new float[stack.ParameterCount];
        stack.FinishGradient(accumulator, gradient);
        Assert.All(gradient, g => Assert.Equal(0, g));
    }

    private static double LogProb(int dimension, int layers, double[] parameters, double[] x)
    {
        (double[] z, double logDet) = PlanarReference.Forward(dimension, layers, parameters, x);
        return logDet - z.Sum(v => 0.5 * (v - 0.3) * (v - 0.3));
    }

    private static double Difference(double[] x, int i, Func<double> f)
    {
        double start = x[i];
        x[i] = start + 1e-5;
        double high = f();
        x[i] = start - 1e-5;
        double low = f();
        x[i] = start;
        return (high - low) / 2e-5;
    }
}
