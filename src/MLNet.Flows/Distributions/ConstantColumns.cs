using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Finds the columns that do not vary in training.</summary>
internal static class ConstantColumns
{
    /// <summary>A column is constant when max - min is at most 1e-6 of the largest magnitude: rounding noise at most.</summary>
    public static ColumnPartition Find(FeatureMatrix matrix)
    {
        int dimension = matrix.Dimension;
        var minimum = new float[dimension];
        var maximum = new float[dimension];
        Array.Fill(minimum, float.MaxValue);
        Array.Fill(maximum, float.MinValue);
        for (int i = 0; i < matrix.RowCount; i++)
        {
            Span<float> row = matrix.Row(i);
            for (int d = 0; d < dimension; d++)
            {
                minimum[d] = Math.Min(minimum[d], row[d]);
                maximum[d] = Math.Max(maximum[d], row[d]);
            }
        }

        int[] constant = [.. Enumerable.Range(0, dimension).Where(d =>
            (double)maximum[d] - minimum[d] <= 1e-6 * Math.Max(Math.Abs((double)maximum[d]), Math.Abs((double)minimum[d])))];
        return new ColumnPartition(dimension, constant, [.. constant.Select(d => minimum[d])]);
    }
}
