using CsCheck;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Persistence;
using MLNet.Flows.Tests.Bijections;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Persistence;

/// <summary>Models of every shape are read as they were written, and score the same.</summary>
public sealed class RandomModelsTests
{
    private static readonly Gen<FlowModel> Models =
        Gen.Select(Gen.Int[1, 8], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 4], Gen.Int[0, 1_000_000]).Select(Create);

    [Fact]
    public void Write_ThenRead_IsTheSameToTheBitAndScoresTheSame() => Models.Sample(model =>
    {
        byte[] written = FlowModelFormat.Write(model);
        FlowModel read = FlowModelFormat.Read(written);
        float[] row = [.. Enumerable.Range(0, model.Density.FeatureCount).Select(i => (float)Math.Sin(i + 1))];

        Assert.Equal(written, FlowModelFormat.Write(read));
        Assert.Equal(
            BitConverter.SingleToInt32Bits(model.Density.CreateScorer().ScoreRow(row, context: []).LogLikelihood),
            BitConverter.SingleToInt32Bits(read.Density.CreateScorer().ScoreRow(row, context: []).LogLikelihood));
    }, iter: 300);

    private static FlowModel Create(int active, int constants, int kind, int members, int seed)
    {
        var random = new RandomStream(seed, 3);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
        float[] Positive(int count) => [.. Draw(count).Select(MathF.Exp)];
        Distribution Base() => random.NextInt32(3) switch
        {
            0 => new DiagonalNormal(Draw(active), Positive(active)),
            1 => new ProductStudentT(0.5 + random.NextDouble(), Draw(active), Positive(active)),
            _ => new NormalMixture(active, [0.25f, 0.75f], Draw(2 * active), Positive(active)),
        };
        Bijection[] Chain() => kind switch
        {
            0 => [],
            1 => [BijectionTable.Planar(active, random.NextInt32(9))],
            2 => [new Standardization(Draw(active), Positive(active)), BijectionTable.Coupling(active, [], [3])],
            _ => [new SymmetricLog(active, [0], 3), BijectionTable.Planar(active, 4)],
        };
        Distribution all = members == 1
            ? Base()
            : new UniformMixture([.. Enumerable.Range(0, members).Select(_ => new Transformed(Chain(), Base()))]);
        int features = active + constants;
        var columns = new ColumnPartition(
            features, [.. Enumerable.Range(active, constants)], new PlateauConstants(Draw(constants), Positive(constants), 2000));
        return TestFlows.Model() with
        {
            Density = new RowDensity(new FlowDensity(
                columns, new Transformed([new Standardization(Draw(active), Positive(active)), .. Chain()], all))),
            Reference = Draw(features),
            SlotNames = random.NextInt32(2) == 0 ? null : [.. Enumerable.Range(0, features).Select(i => $"slot {i}")],
        };
    }
}
