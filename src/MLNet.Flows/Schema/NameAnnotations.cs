using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Schema;

/// <summary>Names as ML.NET keeps them with a column.</summary>
internal static class NameAnnotations
{
    /// <summary>Of the slots of a vector.</summary>
    public const string Slots = "SlotNames";

    /// <summary>What the values of a key stand for, from 1 on.</summary>
    public const string Keys = "KeyValues";

    /// <param name="builder">Receives them.</param>
    /// <param name="kind"><see cref="Slots"/> or <see cref="Keys"/>.</param>
    /// <param name="names">One for each slot or key.</param>
    public static void Add(DataViewSchema.Annotations.Builder builder, string kind, ReadOnlyMemory<char>[] names) =>
        builder.Add<VBuffer<ReadOnlyMemory<char>>>(
            kind,
            new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => value = new VBuffer<ReadOnlyMemory<char>>(names.Length, names));
}
