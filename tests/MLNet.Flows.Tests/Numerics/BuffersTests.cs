using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Numerics;

public sealed unsafe class BuffersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void AlignedBuffer_Start_IsOn64Bytes(int length)
    {
        var buffer = new AlignedBuffer(length);

        fixed (float* p = buffer)
            Assert.Equal(0, (nint)p & 63);
        Assert.Equal(length, buffer.Span.Length);
        Assert.True(length == 0 || Unsafe.AreSame(ref buffer.Span[0], ref buffer.GetPinnableReference()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(2000)]
    public void FeatureMatrix_ManyRows_KeepsEach(int dimension)
    {
        var matrix = new FeatureMatrix(dimension);
        for (int i = 0; i < 3000; i++)
            matrix.AddRow().Fill(i);

        Assert.Equal(3000, matrix.RowCount);
        for (int i = 0; i < 3000; i += 7)
            Assert.All(matrix.Row(i).ToArray(), value => Assert.Equal(i, value));
    }

    [Fact]
    public void Load_SomeColumns_TransposesAndMarksRowsThatAreNotFinite()
    {
        var block = new RowBlock(2);
        block.Values.Span.Fill(9);
        var finite = new float[64];

        BlockLoader.Load([1, 2, 3, 4, float.NaN, 6, 7, 8, float.NegativeInfinity], 3, [0, 2], block, finite);

        Assert.Equal(3, block.Count);
        Assert.Equal([1, 4, 7], block.Column(0)[..3].ToArray());
        Assert.Equal([3, 6], block.Column(1)[..2].ToArray());
        Assert.Equal([0f, 0f], block.Column(1)[3..5].ToArray());
        Assert.Equal([false, true, true], finite[..3].Select(float.IsNaN));
    }
}
