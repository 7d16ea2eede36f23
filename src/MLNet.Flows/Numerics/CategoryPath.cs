namespace MLNet.Flows.Numerics;

/// <summary>The straight way, in the logarithm of every component's shares, from the categories of one row to those of another:
/// what explanations integrate along.</summary>
/// <param name="columns">Categorical columns.</param>
internal sealed class CategoryPath(int columns)
{
    /// <summary>[columns], the codes at 0.</summary>
    public int[] From { get; } = new int[columns];

    /// <summary>[columns], the codes at 1.</summary>
    public int[] To { get; } = new int[columns];

    /// <summary>[64], where each of a block's points stands, in [0, 1].</summary>
    public float[] Positions { get; } = new float[RowBlock.Rows];

    /// <summary>[columns, 64], what the gradient of a density sets to d log p / d position through each column.</summary>
    public float[] Slopes { get; } = new float[columns * RowBlock.Rows];
}
