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

    /// <summary>The same categories, with dictionaries of the values that rows have, numbered in the rows' order; the codes are
    /// overwritten.</summary>
    public TrainingCategories WithoutUnused()
    {
        CategoryDictionary[] old = Dictionaries;
        CategoricalSource[] sources = Array.ConvertAll(Sources, source => source with
        {
            Slots = Array.ConvertAll(source.Slots, slot => new CategoryDictionary(slot.Name)),
        });
        (CategoryDictionary Slot, bool IsKey)[] used =
            [.. sources.SelectMany(source => source.Slots.Select(slot => (slot, source.Keys is not null)))];
        for (int row = 0; row < Codes.RowCount; row++)
        {
            Span<int> codes = Codes.Row(row);
            for (int j = 0; j < codes.Length; j++)
            {
                string text = old[j].Text(codes[j]);
                codes[j] = used[j].IsKey
                    ? used[j].Slot.Code(old[j].Key(codes[j]), _ => text)
                    : used[j].Slot.Code(text, learn: true);
            }
        }

        return new TrainingCategories(Codes, sources);
    }
}
