namespace MLNet.Flows.Numerics;

/// <summary>64 rows in double precision, column by column, for the way from latent to data, where errors grow.</summary>
/// <remarks>Value (row r, column d) is at <c>Values[d * 64 + r]</c>, as in <see cref="RowBlock"/>.</remarks>
/// <param name="dimension">d.</param>
/// <param name="contextColumns">Values that each row is given.</param>
/// <param name="categoryColumns">Categorical columns.</param>
internal sealed class DoubleBlock(int dimension, int contextColumns = 0, int categoryColumns = 0)
{
    public int Dimension { get; } = dimension;

    public double[] Values { get; } = new double[dimension * RowBlock.Rows];

    public int ContextColumns { get; } = contextColumns;

    /// <summary>[context columns, 64]: what rows are given, laid out like the values.</summary>
    public double[] Context { get; } = new double[contextColumns * RowBlock.Rows];

    public int CategoryColumns { get; } = categoryColumns;

    /// <summary>[64, category columns]: the codes of the rows' categories, row after row.</summary>
    public int[] Categories { get; } = new int[categoryColumns * RowBlock.Rows];

    /// <summary>Per row, the log-determinant of the inverses run so far: each adds its own.</summary>
    public double[] LogDet { get; } = new double[RowBlock.Rows];
}
