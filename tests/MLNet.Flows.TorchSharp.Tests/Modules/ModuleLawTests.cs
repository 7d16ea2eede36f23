using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

/// <summary>Each module is the map of the managed bijection that it stands for.</summary>
public sealed class ModuleLawTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string chain in FlowCases.Chains.Keys.Where(name => name != "none"))
            {
                foreach (int dimension in (int[])[1, 2, 7, 16])
                    cases.Add(chain, dimension);
            }

            return cases;
        }
    }

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void Freeze_AtTheModulesParameters_IsTheModule(string chain, int dimension)
    {
        using DisposeScope scope = NewDisposeScope();
        FeatureMatrix rows = NearAndFar(dimension);
        TrainableTransformed flow = Flow(chain, dimension);
        float[] parameters = FlowCases.RandomParameters(flow, SyntheticRows.Matrix(200, dimension, 3));
        (Tensor z, Tensor logDet) = Forward(flow, parameters, Rows(rows));
        Bijection[] frozen = flow.Freeze(parameters).Bijections;
        var block = new RowBlock(
            dimension, frozen.Max(b => b.ScratchColumns), contextColumns: frozen.Max(b => b.ContextColumns));
        int[] all = [.. Enumerable.Range(0, RowBlock.Rows)];
        BlockLoader.Load(rows, all, block);
        if (FlowCases.Contexts(flow.ContextColumns, RowBlock.Rows) is FeatureMatrix contexts)
            BlockLoader.LoadContext(contexts, all, block);

        block.LogDet.Clear();
        foreach (Bijection bijection in frozen)
            bijection.Forward(block);

        for (int r = 0; r < RowBlock.Rows; r++)
        {
            Assert.Equal(logDet[r].Value(), block.LogDet[r], 5e-4);
            for (int d = 0; d < dimension; d++)
                Assert.Equal(z[r, d].Value(), block.Column(d)[r], 5e-4 * (1 + Math.Abs(z[r, d].Value())));
        }
    }

    [TorchTheory]
    [MemberData(nameof(Cases))]
    public void LogDet_OfModules_IsThatOfTheAutogradJacobian(string chain, int dimension)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainableTransformed flow = Flow(chain, dimension);
        FeatureMatrix rows = SyntheticRows.Matrix(5, dimension, 4);
        float[] parameters = FlowCases.RandomParameters(flow, SyntheticRows.Matrix(200, dimension, 3));
        for (int r = 0; r < 5; r++)
        {
            Tensor x = tensor(rows.Row(r).ToArray(), [1, dimension], dtype: ScalarType.Float64).requires_grad_();
            (Tensor z, Tensor logDet) = Forward(flow, parameters, x);
            Tensor jacobian = stack(
                [.. Enumerable.Range(0, dimension).Select(i => autograd.grad([z[0, i]], [x], retain_graph: true)[0][0])]);

            Assert.Equal(linalg.slogdet(jacobian).Item2.Value(), logDet.sum().Value(), 1e-8);
        }
    }

    private static TrainableTransformed Flow(string chain, int dimension) =>
        new(FlowCases.Chains[chain](dimension), new TrainableDiagonalNormal(dimension));

    private static (Tensor Z, Tensor LogDet) Forward(TrainableTransformed flow, float[] parameters, Tensor x)
    {
        int from = 0;
        int rows = (int)x.shape[0];
        Tensor sum = x.new_zeros(rows);
        Tensor? context = FlowCases.Contexts(flow.ContextColumns, rows) is FeatureMatrix contexts
            ? tensor(
                [.. Enumerable.Range(0, rows).SelectMany(r => contexts.Row(r).ToArray())],
                [rows, flow.ContextColumns],
                dtype: ScalarType.Float64)
            : null;
        foreach (TrainableBijection bijection in flow.Bijections)
        {
            BijectionModule module = ModuleTable.Of(bijection, parameters[from..(from += bijection.ParameterCount)]);
            module.to(ScalarType.Float64);
            (x, Tensor logDet) = module.Run(x, context);
            sum = sum.Plus(logDet);
        }

        return (x, sum);
    }

    // A fourth of the rows lies beyond the bound of couplings' inputs.
    private static FeatureMatrix NearAndFar(int dimension)
    {
        FeatureMatrix rows = SyntheticRows.Matrix(RowBlock.Rows, dimension, 3);
        for (int r = 0; r < RowBlock.Rows; r += 4)
        {
            foreach (ref float value in rows.Row(r))
                value *= 12;
        }

        return rows;
    }

    private static Tensor Rows(FeatureMatrix rows) => tensor(
        Enumerable.Range(0, rows.RowCount).SelectMany(r => rows.Row(r).ToArray()).ToArray(),
        [rows.RowCount, rows.Dimension],
        dtype: ScalarType.Float64);
}
