using MLNet.Flows.Bijections;
using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Tests.Bijections;

/// <summary>A bijection that overrides no more than it must has a row, a block and an inverse all the same.</summary>
public sealed class NewtonInverseTests
{
    private const int R = RowBlock.Rows;

    public static TheoryData<string> Names =>
    [
        "planar stack 1 x 3", "planar stack 2 x 17", "planar stack 5 x 16", "coupling 2, one hidden layer",
        "coupling 5, two hidden layers",
        "coupling 16, bounded inputs", "radial layer 1, away", "radial layer 5, towards", "radial layer 16, away",
        "standardization 16", "symmetric log 5",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Inverse_ByDefault_IsTheExactOneToSinglePrecision(string name)
    {
        Bijection exact = BijectionTable.Create(name), plain = new Plain(exact);
        DoubleBlock expected = Latents(exact.Dimension, 1.5), actual = Latents(exact.Dimension, 1.5);

        exact.Inverse(expected);
        plain.Inverse(actual);

        for (int r = 0; r < R; r++)
        {
            Assert.Equal(expected.LogDet[r], actual.LogDet[r], 2e-3 * (1 + Math.Abs(expected.LogDet[r])));
            for (int i = r; i < expected.Values.Length; i += R)
                Assert.Equal(expected.Values[i], actual.Values[i], 2e-4 * (1 + Math.Abs(expected.Values[i])));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ForwardOfARow_ByDefault_IsTheBlocksBits(string name)
    {
        Bijection exact = BijectionTable.Create(name), plain = new Plain(exact);
        var block = new RowBlock(exact.Dimension, exact.ScratchColumns) { Count = R };
        DoubleBlock points = Latents(exact.Dimension, 2);
        for (int i = 0; i < points.Values.Length; i++)
            block.Values[i] = (float)points.Values[i];
        exact.Forward(block);

        var row = new RowWorkspace(exact.Dimension);
        for (int r = 0; r < R; r++)
        {
            for (int d = 0; d < exact.Dimension; d++)
                row.Values[d] = (float)points.Values[d * R + r];
            Assert.Equal(block.LogDet[r], plain.Forward(row));
            for (int d = 0; d < exact.Dimension; d++)
                Assert.Equal(block.Values[d * R + r], row.Values[d]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Inverse_OfFarPoints_EndsAndIsFinite(string name)
    {
        Bijection plain = new Plain(BijectionTable.Create(name));
        DoubleBlock block = Latents(plain.Dimension, 1e14);

        plain.Inverse(block);

        Assert.All(block.Values, value => Assert.True(double.IsFinite(value)));
        Assert.All(block.LogDet, value => Assert.True(double.IsFinite(value)));
    }

    private static DoubleBlock Latents(int dimension, double scale)
    {
        var block = new DoubleBlock(dimension);
        var random = new RandomStream(12);
        for (int i = 0; i < dimension * R; i++)
            block.Values[i] = scale * random.NextGaussian();
        return block;
    }

    private sealed class Plain(Bijection inner) : Bijection(inner.Dimension)
    {
        public override int ScratchColumns => inner.ScratchColumns;

        public override BijectionKind Kind => inner.Kind;

        public override void Forward(RowBlock block) => inner.Forward(block);

        public override void Backward(RowBlock input, RowBlock gradient) => inner.Backward(input, gradient);

        public override void Write(ModelWriter writer) => inner.Write(writer);
    }
}
