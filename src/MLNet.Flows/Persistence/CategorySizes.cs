using MLNet.Flows.Distributions;
using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Persistence;

/// <summary>Holds a file to one number of codes for each categorical column, in its dictionary and in every mixture.</summary>
/// <param name="reader">The file.</param>
/// <param name="sizes">[columns], codes by the dictionaries, missing included.</param>
internal sealed class CategorySizes(ModelReader reader, int[] sizes) : DensityVisitor
{
    public override void Visit(Distribution baseDistribution)
    {
        IReadOnlyList<CategoryColumn> columns = (baseDistribution as NormalMixture)?.Categories?.Each ?? [];
        reader.Check(columns.Count == sizes.Length, $"a mixture of {columns.Count} categories among others of {sizes.Length}");
        for (int j = 0; j < sizes.Length; j++)
            reader.Check(
                columns[j].Codes == sizes[j], $"{columns[j].Codes} codes of a category with {sizes[j]} in its dictionary");
    }
}
