using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

/// <summary>The continuous map under autograd is the managed one, and so is the gradient of flow matching.</summary>
public sealed class ContinuousModuleTests
{
    private const int R = RowBlock.Rows;

    public static TheoryData<int, int[], int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int[], int>();
            foreach (int dimension in (int[])[1, 2, 7, 16])
            {
                foreach (int[] hidden in (int[][])[[16], [33, 20], [64, 64]])
                    shapes.Add(dimension, hidden, hidden.Length == 1 ? 0 : dimension % 4);
            }

            return shapes;
        }
    }

    [TorchTheory]
    [MemberData(nameof(Shapes))]
    public void Forward_OfTheModule_IsTheManagedMap(int dimension, int[] hidden, int context)
    {
        using DisposeScope scope = NewDisposeScope();
        var map = new TrainableContinuousMap(dimension, hidden, steps: 6, context);
        float[] parameters = Parameters(map);
        FeatureMatrix rows = SyntheticRows.Matrix(R, dimension, 3);
        FeatureMatrix given = SyntheticRows.Matrix(R, context, 5);
        (Tensor z, Tensor logDet) = Module(map, parameters).Run(Points(rows, R), Points(given, R));
        ContinuousMap frozen = map.Freeze(parameters);
        var block = new RowBlock(dimension, frozen.ScratchColumns, contextColumns: context);
        BlockLoader.Load(rows, [.. Enumerable.Range(0, R)], block);
        BlockLoader.LoadContext(given, [.. Enumerable.Range(0, R)], block);

        frozen.Forward(block);

        for (int r = 0; r < R; r++)
        {
            Assert.Equal(logDet[r].Value(), block.LogDet[r], 1e-5 * (1 + Math.Abs(logDet[r].Value())));
            for (int d = 0; d < dimension; d++)
                Assert.Equal(z[r, d].Value(), block.Column(d)[r], 1e-5 * (1 + Math.Abs(z[r, d].Value())));
        }
    }

    // The exact divergence, as far as the solver is exact: in 40 steps to about seven digits.
    [TorchTheory]
    [MemberData(nameof(Shapes))]
    public void LogDet_OfTheModule_IsThatOfTheAutogradJacobian(int dimension, int[] hidden, int context)
    {
        using DisposeScope scope = NewDisposeScope();
        var map = new TrainableContinuousMap(dimension, hidden, steps: 40, context);
        ContinuousModule module = Module(map, Parameters(map));
        FeatureMatrix rows = SyntheticRows.Matrix(2, dimension, 4);
        for (int r = 0; r < (dimension < 16 ? 2 : 1); r++)
        {
            Tensor x = tensor(rows.Row(r).ToArray(), [1, dimension], dtype: ScalarType.Float64).requires_grad_();
            (Tensor z, Tensor logDet) = module.Run(x, Points(SyntheticRows.Matrix(1, context, 5), 1));
            Tensor jacobian = stack(
                [.. Enumerable.Range(0, dimension).Select(i => autograd.grad([z[0, i]], [x], retain_graph: true)[0][0])]);

            Assert.Equal(linalg.slogdet(jacobian).Item2.Value(), logDet.sum().Value(), 1e-6);
        }
    }

    [TorchTheory]
    [MemberData(nameof(Shapes))]
    public void AccumulatedGradient_OfFlowMatching_IsAutogradInDoublePrecision(int dimension, int[] hidden, int context)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Count = 50;
        var map = new TrainableContinuousMap(dimension, hidden, steps: 4, context);
        var flow = new TrainableTransformed([map], new TrainableDiagonalNormal(dimension));
        var matching = new FlowMatching(flow, pairs: true);
        FeatureMatrix data = SyntheticRows.Matrix(200, dimension, seed: 3);
        matching.Initialize(
            new TrainingTask(
                data,
                [],
                new ValidationSplit([.. Enumerable.Range(0, 200)], []),
                flow,
                new TrainingSettings { Seed = 5, MaximumSteps = 20 }),
            new float[matching.ParameterCount]);
        float[] parameters = Parameters(map), weights = new float[R];
        for (int r = 0; r < Count; r++)
            weights[r] = r % 5 == 0 ? 0 : 1 + r % 3;
        var block = new RowBlock(dimension, matching.ScratchColumns, contextColumns: context);
        var position = new BlockPosition(7, 64);
        BlockLoader.Load(data, [.. Enumerable.Range(0, Count)], block);
        BlockLoader.LoadContext(SyntheticRows.Matrix(Count, context, 5), [.. Enumerable.Range(0, Count)], block);
        float[] inputs = new float[(dimension + TimeFeatures.Count + context) * R], targets = new float[dimension * R];
        var places = new float[R];
        matching.Draw(block, position, weights, inputs, targets, places);

        matching.SetParameters(parameters);
        TrainingObjective.Accumulator sums = matching.CreateAccumulator(SimdSupport.Best);
        matching.Accumulate(block, position, weights, sums);
        var managed = new float[parameters.Length];
        matching.FinishGradient(sums, managed);

        ContinuousModule module = Module(map, parameters);
        Tensor error = module.Velocity(Columns(inputs)) - Columns(targets);
        Tensor value = -(tensor(places, dtype: ScalarType.Float64) * error.Squared().mean([1])).sum();
        value.backward();
        double ofRows = Enumerable.Range(0, R).Sum(r => weights[r] * (double)block.LogProb[r]);
        Assert.Equal(value.Value(), ofRows, 1e-4 * Math.Abs(ofRows));
        int start = 0;
        foreach (Parameter parameter in module.parameters())
        {
            double[] exact = parameter.grad!.contiguous().data<double>().ToArray();
            double largest = exact.Max(Math.Abs);
            for (int i = 0; i < exact.Length; i++)
                Assert.Equal(exact[i], managed[start + i], 1e-5 * largest);
            start += exact.Length;
        }

        Assert.Equal(parameters.Length, start);
    }

    private static ContinuousModule Module(TrainableContinuousMap map, float[] parameters)
    {
        var module = (ContinuousModule)ModuleTable.Of(map, parameters);
        module.to(ScalarType.Float64);
        return module;
    }

    private static float[] Parameters(TrainableContinuousMap map)
    {
        var random = new RandomStream(9);
        var parameters = new float[map.ParameterCount];
        map.Initialize(new FeatureMatrix(map.Dimension), [], random, parameters);
        foreach (ref float parameter in parameters.AsSpan())
            parameter += (float)(0.1 * random.NextGaussian());
        return parameters;
    }

    private static Tensor Points(FeatureMatrix rows, int count) => tensor(
        Enumerable.Range(0, count).SelectMany(r => rows.Row(r).ToArray()).ToArray(),
        [count, rows.Dimension],
        dtype: ScalarType.Float64);

    // [columns, 64] to [64, columns].
    private static Tensor Columns(float[] values) => tensor(values, [values.Length / R, R], dtype: ScalarType.Float64).t();
}
