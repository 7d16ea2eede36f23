using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Schema;

/// <summary>Names of a column's slots or keys, as its annotations.</summary>
internal static class NameAnnotations
{
    public static void AddSlotNames(DataViewSchema.Annotations.Builder builder, ReadOnlyMemory<char>[] names) =>
        Add(builder, "SlotNames", names);

    public static void AddKeyValues(DataViewSchema.Annotations.Builder builder, ReadOnlyMemory<char>[] names) =>
        Add(builder, "KeyValues", names);

    private static void Add(DataViewSchema.Annotations.Builder builder, string kind, ReadOnlyMemory<char>[] names) =>
        builder.Add<VBuffer<ReadOnlyMemory<char>>>(
            kind,
            new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => value = new VBuffer<ReadOnlyMemory<char>>(names.Length, names));
}
