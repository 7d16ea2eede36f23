namespace MLNet.Flows.Distributions.Categories;

/// <summary>What a categorical column's codes stand for: from 1 on, the values of its dictionary.</summary>
internal static class CategoryCode
{
    /// <summary>No value: empty text, or the key 0.</summary>
    public const int Missing = 0;

    /// <summary>A value that was not in the training rows.</summary>
    public const int Unseen = -1;
}
