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

    [Theory]
    [InlineData(1, 64)]
    [InlineData(7, 64)]
    [InlineData(8, 64)]
    [InlineData(21, 64)]
    [InlineData(21, 37)]
    [InlineData(16, 3)]
    public void Load_AnyShape_TransposesAndClearsTheRest(int dimension, int count)
    {
        float[] rows = [.. Enumerable.Range(0, count * dimension).Select(i => i + 0.5f)];
        var matrix = new FeatureMatrix(dimension);
        for (int i = 0; i < 100; i++)
            matrix.AddRow().Fill(-1);
        int[] gathered = [.. Enumerable.Range(0, count).Select(i => 99 - i)];
        for (int r = 0; r < count; r++)
            rows.AsSpan(r * dimension, dimension).CopyTo(matrix.Row(gathered[r]));
        RowBlock block = new(dimension), ofMatrix = new(dimension), some = new(1);
        foreach (RowBlock b in (RowBlock[])[block, ofMatrix, some])
            b.Values.Span.Fill(9);

        BlockLoader.Load(rows, dimension, null, block);
        BlockLoader.Load(matrix, gathered, ofMatrix);
        BlockLoader.Load(rows, dimension, [dimension - 1], some);

        Assert.Equal((count, count, count), (block.Count, ofMatrix.Count, some.Count));
        for (int r = 0; r < RowBlock.Rows; r++)
        {
            for (int d = 0; d < dimension; d++)
            {
                float expected = r < count ? rows[r * dimension + d] : 0;
                Assert.Equal(expected, block.Column(d)[r]);
                Assert.Equal(expected, ofMatrix.Column(d)[r]);
            }

            Assert.Equal(r < count ? rows[(r + 1) * dimension - 1] : 0, some.Column(0)[r]);
        }
    }
}
