using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Schema;

/// <summary>Names of a column's slots or keys, as its annotations.</summary>
internal static class NameAnnotations
{
    public static void AddSlotNames(DataViewSchema.Annotations.Builder builder, ReadOnlyMemory<char>[] names) =>
        Add(builder, "SlotNames", TextDataViewType.Instance, names);

    /// <param name="builder">Of the column's annotations.</param>
    /// <param name="kind">The annotation.</param>
    /// <param name="type">Of <typeparamref name="T"/>.</param>
    /// <param name="names">One for each slot or key.</param>
    public static void Add<T>(DataViewSchema.Annotations.Builder builder, string kind, PrimitiveDataViewType type, T[] names) =>
        builder.Add<VBuffer<T>>(
            kind,
            new VectorDataViewType(type, names.Length),
            (ref VBuffer<T> value) => value = new VBuffer<T>(names.Length, names));
}
