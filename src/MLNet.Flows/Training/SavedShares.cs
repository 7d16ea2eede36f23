using MLNet.Flows.Distributions.Categories;

namespace MLNet.Flows.Training;

/// <summary>The shares of categories that belong to saved weights; nothing where there are no categories.</summary>
/// <param name="categories">Of the flow in training.</param>
internal sealed class SavedShares(TrainableCategories? categories)
{
    private readonly Dictionary<WeightSlot, CategoryTables?> _slots = [];

    public void Save(WeightSlot slot)
    {
        if (categories is not null)
            _slots[slot] = categories.Tables;
    }

    public void Restore(WeightSlot slot)
    {
        if (categories is not null)
            categories.Tables = _slots[slot];
    }
}
