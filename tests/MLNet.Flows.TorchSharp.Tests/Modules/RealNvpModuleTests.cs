using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;
using MLNet.Flows.TorchSharp.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Tests.Modules;

public sealed class RealNvpModuleTests
{
    [TorchTheory]
    [InlineData(1, 2, 8)]
    [InlineData(2, 4, 16)]
    [InlineData(7, 5, 10)]
    [InlineData(16, 6, 64)]
    public void Freeze_OfRandomModule_IsTheModule(int dimension, int couplings, int units)
    {
        using DisposeScope scope = NewDisposeScope();
        using RealNvpModule module = Random(dimension, couplings, units);
        Bijection[] frozen = module.Freeze();
        module.to(ScalarType.Float64);
        FeatureMatrix rows = NearAndFar(dimension);
        (Tensor z, Tensor logDet) = module.call(Rows(rows));

        var block = new RowBlock(dimension, frozen.Max(b => b.ScratchColumns)) { Count = 64 };
        for (int r = 0; r < 64; r++)
        {
            for (int d = 0; d < dimension; d++)
                block.Column(d)[r] = rows.Row(r)[d];
        }

        foreach (Bijection bijection in frozen)
            bijection.Forward(block);

        for (int r = 0; r < 64; r++)
        {
            Assert.Equal(logDet[r].Value(), block.LogDet[r], 2e-4);
            for (int d = 0; d < dimension; d++)
                Assert.Equal(z[r, d].Value(), block.Column(d)[r], 2e-4 * (1 + Math.Abs(z[r, d].Value())));
        }
    }

    [TorchTheory]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    [InlineData(8, 6)]
    public void LogDet_OfModule_IsThatOfTheAutogradJacobian(int dimension, int couplings)
    {
        using DisposeScope scope = NewDisposeScope();
        using RealNvpModule module = Random(dimension, couplings, 12);
        module.to(ScalarType.Float64);
        FeatureMatrix rows = SyntheticRows.Matrix(5, dimension, 4);
        for (int r = 0; r < 5; r++)
        {
            Tensor x = tensor(rows.Row(r).ToArray(), [1, dimension], dtype: ScalarType.Float64).requires_grad_();
            (Tensor z, Tensor logDet) = module.call(x);
            Tensor jacobian = stack([.. Enumerable.Range(0, dimension).Select(i => autograd.grad([z[0, i]], [x], retain_graph: true)[0][0])]);

            Assert.Equal(linalg.slogdet(jacobian).Item2.Value(), logDet.Value(), 1e-9);
        }
    }

    [TorchFact]
    public void Initialize_OfActNorm_StandardizesWhatEveryCouplingSees()
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        using var module = new RealNvpModule(4, 4, [8], 2, new RandomStream(1));
        Tensor rows = Rows(SyntheticRows.Matrix(500, 4, 3)).to(ScalarType.Float32);

        module.Initialize(rows);

        Tensor z = module.call(rows).Latent;
        Assert.All(ModuleTensors.ToArray(z.mean([0])), mean => Assert.Equal(0, mean, 1e-3));
        Assert.All(ModuleTensors.ToArray(z.var(0)), variance => Assert.Equal(1, variance, 0.05));
    }

    // A fourth of the rows lies beyond the bound of the couplings' inputs.
    private static FeatureMatrix NearAndFar(int dimension)
    {
        FeatureMatrix rows = SyntheticRows.Matrix(64, dimension, 3);
        for (int r = 0; r < 64; r += 4)
        {
            foreach (ref float value in rows.Row(r))
                value *= 4 * AffineCouplingModule.InputBound;
        }

        return rows;
    }

    // Every weight away from its start, so that the last layers are not 0.
    private static RealNvpModule Random(int dimension, int couplings, int units)
    {
        var module = new RealNvpModule(dimension, couplings, [units, units], 2, new RandomStream(5));
        var random = new RandomStream(6);
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        foreach (Parameter parameter in module.parameters())
            parameter.add_(tensor([.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => (float)(0.5 / Math.Sqrt(units) * random.NextGaussian()))], parameter.shape));
        return module;
    }

    private static Tensor Rows(FeatureMatrix rows) => tensor(
        Enumerable.Range(0, rows.RowCount).SelectMany(r => rows.Row(r).ToArray()).ToArray(), [rows.RowCount, rows.Dimension], dtype: ScalarType.Float64);
}
