using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Persistence;

/// <summary>What categorical columns add to a <see cref="FlowModelFormat"/>, beside what their density holds.</summary>
internal static class CategoriesFormat
{
    private const int SourceBytes = 40;

    /// <param name="categories">Empty for none.</param>
    /// <param name="writer">The file.</param>
    public static void Write(CategoricalSource[] categories, ModelWriter writer)
    {
        writer.Write(categories.Length);
        foreach (CategoricalSource source in categories)
            source.Write(writer);
    }

    /// <returns>Null for none.</returns>
    public static CategoricalSource[]? Read(ModelReader reader)
    {
        int count = reader.ReadInt32();
        reader.Check(count >= 0, $"{count} categorical columns");
        reader.CheckRemaining((long)count * sizeof(int));
        reader.Reserve((long)count * SourceBytes);
        var categories = new CategoricalSource[count];
        for (int i = 0; i < count; i++)
            categories[i] = CategoricalSource.Read(reader);
        return count == 0 ? null : categories;
    }

    /// <summary>The codes of the reference.</summary>
    /// <remarks>What its categories may be says how many codes each column of the density must have.</remarks>
    public static int[] ReadCodes(ModelReader reader, CategoricalSource[]? categories, RowDensity density)
    {
        int[] sizes = [.. (categories ?? []).SelectMany(source => source.Slots).Select(slot => slot.Count + 1)];
        reader.Check(
            sizes.Length == density.CategoryColumns, $"{sizes.Length} dictionaries for {density.CategoryColumns} categories");
        density.Accept(new CategorySizes(reader, sizes));
        return Array.ConvertAll(sizes, size =>
        {
            int code = reader.ReadInt32();
            reader.Check(code >= 0 && code < size, $"the code {code} of a category of {size}");
            return code;
        });
    }
}
