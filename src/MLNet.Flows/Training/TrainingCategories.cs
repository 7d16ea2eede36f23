using MLNet.Flows.Model;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>The categorical columns of the training rows.</summary>
/// <param name="Codes">[n, columns].</param>
/// <param name="Sources">The columns that they come from, with the dictionaries that the rows filled.</param>
internal sealed record TrainingCategories(CodeMatrix Codes, CategoricalSource[] Sources)
{
    /// <summary>[columns], the dictionary of each.</summary>
    public CategoryDictionary[] Dictionaries { get; } = [.. Sources.SelectMany(source => source.Slots)];

    /// <summary>[columns], codes of each, missing included.</summary>
    public int[] Sizes => Array.ConvertAll(Dictionaries, dictionary => dictionary.Count + 1);
}
