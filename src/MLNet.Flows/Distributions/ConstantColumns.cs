using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Finds the columns that do not vary in training.</summary>
internal static class ConstantColumns
{
    /// <summary>A column is constant when max - min is at most 1e-6 of the largest magnitude: rounding noise at most.</summary>
    public static ColumnPartition Find(FeatureMatrix matrix)
    {
        (float[] lowest, float[] highest) = matrix.Ranges();
        int[] constant = [.. Enumerable.Range(0, matrix.Dimension).Where(d =>
            (double)highest[d] - lowest[d] <= 1e-6 * Math.Max(Math.Abs((double)highest[d]), Math.Abs((double)lowest[d])))];
        return new ColumnPartition(matrix.Dimension, constant, new PlateauConstants(
            [.. constant.Select(d => (float)(0.5 * ((double)lowest[d] + highest[d])))],
            [.. constant.Select(d => PlateauConstants.HalfWidth(lowest[d], highest[d]))]));
    }
}
