using MLNet.Flows.Numerics;

namespace MLNet.Flows.Explanation;

/// <summary>The median of every column: the reference row of explanations.</summary>
internal static class ColumnMedians
{
    private const int MaximumRows = 10_001;

    /// <summary>[d]: the upper median over all rows, or over 10,001 evenly spaced ones.</summary>
    public static float[] Of(FeatureMatrix matrix)
    {
        int count = Math.Min(matrix.RowCount, MaximumRows);
        var columns = new float[matrix.Dimension][];
        for (int d = 0; d < columns.Length; d++)
            columns[d] = new float[count];
        for (int i = 0; i < count; i++)
        {
            Span<float> row = matrix.Row((int)((long)i * matrix.RowCount / count));
            for (int d = 0; d < row.Length; d++)
                columns[d][i] = row[d];
        }

        return Array.ConvertAll(columns, column =>
        {
            Array.Sort(column);
            return column[count / 2];
        });
    }
}
