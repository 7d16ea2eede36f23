using MLNet.Flows.Serialization;

namespace MLNet.Flows.Model;

/// <summary>A column of text or keys as it was in training.</summary>
/// <param name="Name">The column's name.</param>
/// <param name="IsVector">Whether its type is a vector.</param>
/// <param name="Keys">Its key type; null for text.</param>
/// <param name="Slots">The dictionary of each slot; one of a scalar.</param>
internal sealed record CategoricalSource(string Name, bool IsVector, CategoryKeys? Keys, CategoryDictionary[] Slots)
{
    private const int MaximumSlots = 1 << 20;

    public void Write(ModelWriter writer)
    {
        writer.Write(Name);
        writer.Write(IsVector);
        CategoryKeys.Write(Keys, writer);
        writer.Write(Slots.Length);
        foreach (CategoryDictionary slot in Slots)
            slot.Write(writer);
    }

    public static CategoricalSource Read(ModelReader reader)
    {
        string name = reader.ReadString();
        bool isVector = reader.ReadBoolean();
        CategoryKeys? keys = CategoryKeys.Read(reader);
        int slots = reader.ReadInt32();
        reader.Check(
            name.Length > 0 && slots >= 1 && slots <= (isVector ? MaximumSlots : 1), $"{slots} slots of column '{name}'");
        reader.CheckRemaining(2L * sizeof(int) * slots);
        reader.Reserve(512L * slots);
        var dictionaries = new CategoryDictionary[slots];
        for (int i = 0; i < slots; i++)
            dictionaries[i] = CategoryDictionary.Read(reader, keys?.Count ?? 0);
        return new CategoricalSource(name, isVector, keys, dictionaries);
    }
}
