using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

/// <summary>The managed gradients of any flow against automatic differentiation in double precision.</summary>
public sealed class GradientLawTests
{
    private const int Rows = 150;
    private const double Tolerance = 1e-5;

    public static TheoryData<string, int, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, string>();
            foreach (string chain in FlowCases.Chains.Keys)
            {
                foreach (int dimension in (int[])[1, 2, 5, 16, 33, 64])
                    cases.Add(chain, dimension, "normal");
                foreach (string baseName in FlowCases.Bases.Keys.Skip(1))
                    cases.Add(chain, 6, baseName);
            }

            return cases;
        }
    }

    // Weights of 0 stand for trimmed rows, the others for example weights.
    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void AccumulatedGradient_OfAnyFlow_IsAutogradInDoublePrecision(string chain, int dimension, string baseName)
    {
        FeatureMatrix data = SyntheticRows.Matrix(Rows, dimension, seed: dimension);
        var flow = new TrainableTransformed(FlowCases.Chains[chain](dimension), FlowCases.Bases[baseName](dimension));
        float[] parameters = FlowCases.RandomParameters(flow, data);
        var random = new RandomStream(5);
        float[] weights = [.. Enumerable.Range(0, Rows).Select(r => r % 5 == 0 ? 0f : (float)(0.5 + random.NextDouble()))];
        bool[] nearKink = NearKink(flow, parameters, data);
        for (int r = 0; r < Rows; r++)
            weights[r] = nearKink[r] ? 0 : weights[r];
        Assert.True(nearKink.Count(near => near) < Rows / 2);

        float[] managed = Managed(flow, parameters, data, weights);
        (double[] exact, int[] sizes) = Autograd(flow, parameters, data, weights);
        Mask(flow, managed, exact);

        Assert.Equal(exact.Length, managed.Length);
        double whole = exact.Max(Math.Abs);
        int start = 0;
        foreach (int size in sizes)
        {
            double largest = 0, difference = 0;
            for (int i = start; i < start + size; i++)
            {
                largest = Math.Max(largest, Math.Abs(exact[i]));
                difference = Math.Max(difference, Math.Abs(managed[i] - exact[i]));
            }

            // In one dimension uHat follows w, and what is left of w's gradient is the difference of two nearly equal numbers.
            double scale = dimension == 1 ? whole : largest;
            Assert.True(
                difference <= Tolerance * scale,
                $"parameters {start} to {start + size}: difference {difference:E2} of {largest:E2}, all {whole:E2}");
            start += size;
        }
    }

    // As the engines do.
    private static void Mask(TrainableTransformed flow, float[] managed, double[] exact)
    {
        int from = 0;
        foreach (TrainableBijection each in flow.Bijections)
        {
            ReadOnlySpan<float> mask = each.GradientMask;
            for (int i = 0; i < mask.Length; i++)
            {
                managed[from + i] *= mask[i];
                exact[from + i] *= mask[i];
            }

            from += each.ParameterCount;
        }
    }

    private static float[] Managed(TrainableTransformed flow, float[] parameters, FeatureMatrix data, float[] weights)
    {
        flow.SetParameters(parameters);
        TrainableTransformed.Accumulator sums = flow.CreateAccumulator(SimdSupport.Best);
        sums.Clear();
        for (int start = 0; start < Rows; start += RowBlock.Rows)
        {
            int[] rows = [.. Enumerable.Range(start, Math.Min(RowBlock.Rows, Rows - start))];
            var block = new RowBlock(flow.Dimension, flow.ScratchColumns, contextColumns: flow.ContextColumns);
            BlockLoader.Load(data, rows, block);
            if (FlowCases.Contexts(flow.ContextColumns, Rows) is FeatureMatrix contexts)
                BlockLoader.LoadContext(contexts, rows, block);
            var blockWeights = new float[RowBlock.Rows];
            weights.AsSpan(start, rows.Length).CopyTo(blockWeights);
            flow.AccumulateGradient(block, blockWeights, sums);
        }

        var gradient = new float[flow.ParameterCount];
        flow.FinishGradient(sums, gradient);
        return gradient;
    }

    private static (double[] Gradient, int[] Sizes) Autograd(
        TrainableTransformed flow, float[] parameters, FeatureMatrix data, float[] weights)
    {
        using DisposeScope scope = NewDisposeScope();
        (BijectionModule[] bijections, BaseModule baseModule) = Modules(flow, parameters);
        float[] values = [.. Enumerable.Range(0, Rows).SelectMany(r => data.Row(r).ToArray())];
        Tensor z = tensor(values, [Rows, flow.Dimension], dtype: ScalarType.Float64);
        Tensor? context = FlowCases.Contexts(flow.ContextColumns, Rows) is FeatureMatrix contexts
            ? tensor(
                [.. Enumerable.Range(0, Rows).SelectMany(r => contexts.Row(r).ToArray())],
                [Rows, flow.ContextColumns],
                dtype: ScalarType.Float64)
            : null;
        Tensor logProb = zeros(Rows, dtype: ScalarType.Float64);
        foreach (BijectionModule bijection in bijections)
        {
            (z, Tensor logDet) = bijection.Run(z, context);
            logProb = logProb.Plus(logDet);
        }

        (tensor(weights, dtype: ScalarType.Float64) * logProb.Plus(baseModule.call(z))).sum().backward();
        Parameter[] all = [.. bijections.SelectMany(module => module.parameters()), .. baseModule.parameters()];
        double[] gradient =
            [.. all.SelectMany(
                p => p.numel() > 0 && p.grad is { } grad ? grad.contiguous().data<double>().ToArray() : new double[p.numel()])];
        int[] sizes = [.. all.Select(p => (int)p.numel())];
        foreach (BijectionModule bijection in bijections)
            bijection.Dispose();
        baseModule.Dispose();
        return (gradient, sizes);
    }

    private static (BijectionModule[] Bijections, BaseModule Base) Modules(TrainableTransformed flow, float[] parameters)
    {
        int from = 0;
        BijectionModule[] bijections =
            [.. flow.Bijections.Select(each => ModuleTable.Of(each, parameters[from..(from += each.ParameterCount)]))];
        BaseModule baseModule = ModuleTable.Of(flow.Base, parameters[from..]);
        foreach (BijectionModule bijection in bijections)
            bijection.to(ScalarType.Float64);
        baseModule.to(ScalarType.Float64);
        return (bijections, baseModule);
    }

    // Where a rectifier or a clamp is on the one side in single precision and on the other in double, gradients differ by more
    // than rounding: rows whose gradient jumps when they move by 1e-4 are left out.
    private static bool[] NearKink(TrainableTransformed flow, float[] parameters, FeatureMatrix data)
    {
        Transformed frozen = flow.Freeze(parameters);
        var near = new bool[data.RowCount];
        float[] below = InputGradient(frozen, data, -1e-4f), at = InputGradient(frozen, data, 0);
        float[] above = InputGradient(frozen, data, 1e-4f);
        int d = flow.Dimension;
        for (int r = 0; r < near.Length; r++)
        {
            for (int i = r * d; i < (r + 1) * d; i++)
                near[r] |= Math.Abs(above[i] - at[i]) + Math.Abs(at[i] - below[i]) > 0.02 * (1 + Math.Abs(at[i]));
        }

        return near;
    }

    private static float[] InputGradient(Transformed frozen, FeatureMatrix data, float offset)
    {
        var gradients = new float[data.RowCount * frozen.Dimension];
        int scratch = frozen.Bijections.Select(b => b.ScratchColumns)
            .Append(frozen.Base.ScratchColumns).Append(frozen.ScratchColumns).Max();
        for (int start = 0; start < data.RowCount; start += RowBlock.Rows)
        {
            RowBlock block = new(frozen.Dimension, scratch, contextColumns: frozen.ContextColumns);
            var gradient = new RowBlock(frozen.Dimension, scratch);
            int[] rows = [.. Enumerable.Range(start, Math.Min(RowBlock.Rows, data.RowCount - start))];
            BlockLoader.Load(data, rows, block);
            if (FlowCases.Contexts(frozen.ContextColumns, data.RowCount) is FeatureMatrix contexts)
                BlockLoader.LoadContext(contexts, rows, block);
            foreach (ref float value in block.Values.Span[..(frozen.Dimension * RowBlock.Rows)])
                value += offset;
            frozen.LogProbGradient(block, gradient);
            for (int r = 0; r < block.Count; r++)
            {
                for (int i = 0; i < frozen.Dimension; i++)
                    gradients[(start + r) * frozen.Dimension + i] = gradient.Column(i)[r];
            }
        }

        return gradients;
    }
}
