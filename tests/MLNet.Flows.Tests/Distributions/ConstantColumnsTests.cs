using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests.Distributions;

public sealed class ConstantColumnsTests
{
    [Fact]
    public void Find_MixedColumns_NamesThoseThatNeverVary()
    {
        var matrix = new FeatureMatrix(4);
        for (int i = 0; i < 10; i++)
            ((float[])[5, i, i % 2 == 0 ? 1e6f : 1e6f + 0.5f, 0]).CopyTo(matrix.AddRow());

        ColumnPartition columns = ConstantColumns.Find(matrix);

        Assert.Equal([0, 2, 3], columns.ConstantColumns);
        Assert.Equal([1], columns.ActiveColumns);
        Assert.Equal([5f, 1e6f + 0.25f, 0f], columns.ConstantValues.ToArray());
        Assert.Equal(0, columns.ConstantLogProb([5, 3, 1e6f + 0.5f, 0]));
        Assert.Equal(0, columns.ConstantLogProb([5, 3, 1e6f, 0]));
    }

    [Fact]
    public void ConstantLogProb_OfAnOldModel_IsTheDocumentedNormal()
    {
        var columns = new ColumnPartition(2, [0, 1], new NormalConstants([200, 0]));

        // Scales 2 and 0.01.
        double atConstant = -Math.Log(2) - Math.Log(0.01) - Math.Log(2 * Math.PI);
        Assert.Equal(atConstant, columns.ConstantLogProb([200, 0]), 1e-5);
        Assert.Equal(atConstant - 0.5 - 0.5 * 9, columns.ConstantLogProb([202, 0.03f]), 1e-4);
        Assert.Equal(float.MinValue, columns.ConstantLogProb([3e38f, -3e38f]));
    }

    [Fact]
    public void TakeColumns_OverSeveralChunks_GivesThoseAndLeavesNone()
    {
        var matrix = new FeatureMatrix(300);
        for (int i = 0; i < 10_000; i++)
        {
            Span<float> row = matrix.AddRow();
            for (int d = 0; d < row.Length; d++)
                row[d] = i + d / 1000f;
        }

        FeatureMatrix taken = matrix.TakeColumns([0, 7, 299]);

        Assert.Equal((0, 10_000, 3), (matrix.RowCount, taken.RowCount, taken.Dimension));
        for (int i = 0; i < 10_000; i++)
            Assert.Equal([i, i + 0.007f, i + 0.299f], taken.Row(i).ToArray());
    }
}
