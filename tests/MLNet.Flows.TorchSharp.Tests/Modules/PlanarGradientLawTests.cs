using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

/// <summary>The fused gradients of the managed engine against automatic differentiation in double precision.</summary>
public sealed class PlanarGradientLawTests
{
    private const int Rows = 150;

    public static TheoryData<int, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, string>();
            foreach ((int d, int k) in ((int, int)[])[(1, 1), (2, 16), (5, 7), (16, 16), (64, 3), (3, 64), (33, 20), (64, 64)])
            {
                foreach (string name in (string[])["normal", "student", "mixture", "mixture, own scales"])
                    cases.Add(d, k, name);
            }

            return cases;
        }
    }

    // Weights of 0 stand for trimmed rows, the others for example weights.
    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void FusedGradient_OfAnyStackAndBase_IsAutogradInDoublePrecision(int dimension, int layers, string baseName)
    {
        FeatureMatrix data = SyntheticRows.Matrix(Rows, dimension, seed: dimension + layers);
        TrainableDistribution baseDistribution = Base(baseName, dimension);
        var baseStart = new float[baseDistribution.ParameterCount];
        baseDistribution.Initialize(data, [.. Enumerable.Range(0, Rows)], new RandomStream(4), baseStart);
        float[] stackStart = RandomStack(dimension, layers);
        var random = new RandomStream(5);
        float[] weights = [.. Enumerable.Range(0, Rows).Select(r => r % 5 == 0 ? 0f : (float)(0.5 + random.NextDouble()))];

        float[] fused = Fused(data, weights, dimension, layers, stackStart, baseDistribution, baseStart);
        double[] exact = Autograd(data, weights, dimension, layers, stackStart, baseDistribution, baseStart);

        Assert.Equal(exact.Length, fused.Length);
        int size = layers * dimension;
        double whole = Math.Sqrt(exact.Sum(g => g * g));
        foreach ((string group, int start, int end) in ((string, int, int)[])[("w", 0, size), ("u", size, 2 * size), ("b", 2 * size, stackStart.Length), ("base", stackStart.Length, fused.Length)])
        {
            double difference = 0, norm = 0;
            for (int i = start; i < end; i++)
            {
                difference += (fused[i] - exact[i]) * (fused[i] - exact[i]);
                norm += exact[i] * exact[i];
            }

            // In one dimension uHat follows w, and what is left of w's gradient is the difference of two nearly equal numbers.
            double tolerance = dimension == 1 && group == "w" ? 1e-5 * whole : 1e-5 * Math.Sqrt(norm);
            Assert.True(Math.Sqrt(difference) < tolerance, $"{group}: difference {Math.Sqrt(difference):E2} of {Math.Sqrt(norm):E2}");
        }
    }

    [TorchTheory]
    [InlineData(1, 5)]
    [InlineData(2, 16)]
    [InlineData(7, 20)]
    [InlineData(16, 64)]
    public void LogDet_OfModuleAndManagedStack_IsThatOfTheAutogradJacobian(int dimension, int layers)
    {
        using DisposeScope scope = NewDisposeScope();
        using var module = new PlanarModule(dimension, layers, RandomStack(dimension, layers));
        var stack = (PlanarStack)module.Freeze()[0];
        module.to(ScalarType.Float64);
        FeatureMatrix data = SyntheticRows.Matrix(10, dimension, 3);
        var row = new RowWorkspace(dimension, stack.ScratchColumns);
        for (int r = 0; r < 10; r++)
        {
            Tensor x = tensor(data.Row(r).ToArray(), [1, dimension], dtype: ScalarType.Float64).requires_grad_();
            (Tensor z, Tensor logDet) = module.call(x);
            Tensor jacobian = torch.stack([.. Enumerable.Range(0, dimension).Select(i => autograd.grad([z[0, i]], [x], retain_graph: true)[0][0])]);
            double exact = linalg.slogdet(jacobian).Item2.Value();

            Assert.Equal(exact, logDet.Value(), 1e-9 * (1 + layers));
            data.Row(r).CopyTo(row.Values.Span);
            Assert.Equal(exact, stack.Forward(row), 1e-4 * (1 + layers / 8.0));
        }
    }

    private static TrainableDistribution Base(string name, int dimension) => name switch
    {
        "normal" => new TrainableDiagonalNormal(dimension),
        "student" => new TrainableProductStudentT(dimension, 5),
        "mixture" => new TrainableNormalMixture(dimension, 6, sharedScale: true, minimumWeight: 0),
        _ => new TrainableNormalMixture(dimension, 3, sharedScale: false, minimumWeight: 0),
    };

    private static float[] RandomStack(int dimension, int layers)
    {
        var random = new RandomStream(8);
        return [.. Enumerable.Range(0, layers * (2 * dimension + 1)).Select(i => (float)(random.NextGaussian() * (i < 2 * layers * dimension ? 1 / Math.Sqrt(dimension) : 1)))];
    }

    private static float[] Fused(
        FeatureMatrix data, float[] weights, int dimension, int layers, float[] stackStart, TrainableDistribution baseDistribution, float[] baseStart)
    {
        var stack = new TrainablePlanarStack(dimension, layers);
        stack.SetParameters(stackStart);
        baseDistribution.SetParameters(baseStart);
        TrainablePlanarStack.Accumulator stackSums = stack.CreateAccumulator(SimdSupport.Best);
        TrainableDistribution.Accumulator baseSums = baseDistribution.CreateAccumulator(SimdSupport.Best);
        stackSums.Clear();
        baseSums.Clear();
        for (int start = 0; start < Rows; start += RowBlock.Rows)
        {
            int count = Math.Min(RowBlock.Rows, Rows - start);
            var block = new RowBlock(dimension, Math.Max(stack.ScratchColumns, baseDistribution.ScratchColumns)) { Count = count };
            var gradient = new RowBlock(dimension);
            var blockWeights = new float[RowBlock.Rows];
            for (int r = 0; r < count; r++)
            {
                blockWeights[r] = weights[start + r];
                for (int d = 0; d < dimension; d++)
                    block.Column(d)[r] = data.Row(start + r)[d];
            }

            stack.Forward(block, stackSums);
            baseDistribution.AccumulateGradient(block, blockWeights, gradient, baseSums);
            stack.Backward(gradient, blockWeights, stackSums);
        }

        var result = new float[stackStart.Length + baseStart.Length];
        stack.FinishGradient(stackSums, result.AsSpan(0, stackStart.Length));
        baseDistribution.FinishGradient(baseSums, result.AsSpan(stackStart.Length));
        return result;
    }

    private static double[] Autograd(
        FeatureMatrix data, float[] weights, int dimension, int layers, float[] stackStart, TrainableDistribution baseDistribution, float[] baseStart)
    {
        using DisposeScope scope = NewDisposeScope();
        using var flow = new PlanarModule(dimension, layers, stackStart);
        using BaseModule baseModule = BaseModule.Of(baseDistribution, baseStart);
        flow.to(ScalarType.Float64);
        baseModule.to(ScalarType.Float64);
        float[] values = [.. Enumerable.Range(0, Rows).SelectMany(r => data.Row(r).ToArray())];
        (Tensor z, Tensor logDet) = flow.call(tensor(values, [Rows, dimension], dtype: ScalarType.Float64));
        (tensor(weights, dtype: ScalarType.Float64) * logDet.Plus(baseModule.call(z))).sum().backward();
        return [.. flow.parameters().Concat(baseModule.parameters()).SelectMany(p => p.grad!.contiguous().data<double>().ToArray())];
    }
}
