using CsCheck;
using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;
using MLNet.Flows.Tests.Bijections.Planar;

namespace MLNet.Flows.Tests.Bijections;

/// <summary>Laws that hold for bijections of any shape and parameters, drawn at random and shrunk where one fails.</summary>
public sealed class RandomBijectionsTests
{
    private const int R = RowBlock.Rows;

    private static readonly Gen<Bijection> Bijections = Gen.Select(
        Gen.Int[0, 3], Gen.Int[1, 20], Gen.Int[0, 40], Gen.Int[0, 1_000_000]).Select(Create);

    [Fact]
    public void Forward_OfInverse_IsThePointAndMinusTheLogDet() => Bijections.Sample(bijection =>
    {
        DoubleBlock point = Points(bijection.Dimension), latent = Points(bijection.Dimension);
        bijection.Inverse(point);
        var block = new RowBlock(bijection.Dimension, bijection.ScratchColumns) { Count = R };
        for (int i = 0; i < point.Values.Length; i++)
            block.Values[i] = (float)point.Values[i];

        bijection.Forward(block);

        for (int i = 0; i < point.Values.Length; i++)
            Assert.Equal(latent.Values[i], block.Values[i], 1e-3 * (1 + Math.Abs(latent.Values[i])));
        for (int r = 0; r < R; r++)
            Assert.Equal(-point.LogDet[r], block.LogDet[r], 5e-3 * (1 + Math.Abs(point.LogDet[r])));
    }, iter: 300);

    [Fact]
    public void Write_ThenRead_IsTheSameToTheBit() => Bijections.Sample(bijection =>
    {
        byte[] written = Bytes(bijection);

        Assert.Equal(written, Bytes(BijectionReader.Read(new ModelReader(written))));
    }, iter: 300);

    private static byte[] Bytes(Bijection bijection)
    {
        var writer = new ModelWriter();
        BijectionReader.Write(bijection, writer);
        return writer.Payload.ToArray();
    }

    private static DoubleBlock Points(int dimension)
    {
        var block = new DoubleBlock(dimension);
        var random = new RandomStream(dimension, 12);
        for (int i = 0; i < block.Values.Length; i++)
            block.Values[i] = random.NextGaussian();
        return block;
    }

    private static Bijection Create(int kind, int dimension, int size, int seed)
    {
        var random = new RandomStream(seed, 11);
        float[] Draw(double deviation) =>
            [.. Enumerable.Range(0, dimension).Select(_ => (float)(deviation * random.NextGaussian()))];
        return kind switch
        {
            0 => new Standardization(Draw(1), [.. Draw(1).Select(MathF.Exp)]),
            1 => new SymmetricLog(
                dimension,
                [.. Enumerable.Range(0, dimension).Where(_ => random.NextInt32(2) == 0)],
                0.5f + (float)random.NextDouble()),
            2 => BijectionTable.Coupling(
                dimension,
                [.. Enumerable.Range(0, dimension - 1).Where(_ => random.NextInt32(2) == 0)],
                size == 0 ? [] : [size],
                scale: 0.7),
            _ => new TrainablePlanarStack(dimension, size).Freeze(PlanarReference.RandomParameters(dimension, size, seed, 0.5)),
        };
    }
}
