using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>The categorical columns of a mixture in training. Their shares are no parameters of the optimizer: they follow from
/// the components' rows, counted anew as training goes on.</summary>
/// <param name="codes">[n, columns], of the training rows.</param>
/// <param name="background">Over the rows that may be learnt from.</param>
internal sealed class TrainableCategories(CodeMatrix codes, CategoryBackground background)
{
    public CodeMatrix Codes => codes;

    public CategoryBackground Background => background;

    /// <summary>The present shares; null before the start.</summary>
    public CategoryTables? Tables { get; set; }

    /// <summary>What the shares of so many components have at most for parameters: one a value and component, and no more a
    /// column than there are rows.</summary>
    public long ParameterCount(int components) =>
        background.LogShares.Sum(column => Math.Min((long)components * column.Length, codes.RowCount));

    /// <summary>Counts the components' rows.</summary>
    public void Fit(ComponentShares shares) => Tables = CategoryTables.Fit(shares, codes, background);
}
