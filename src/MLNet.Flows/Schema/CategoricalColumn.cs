using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;

namespace MLNet.Flows.Schema;

/// <summary>The checks on a flow's categorical columns, the same wherever one is met.</summary>
internal static class CategoricalColumn
{
    private const string Role = "categorical";

    private const string Needs = "but a categorical column is text or a key, one value or a vector of known size";

    private const string Remedy =
        "Turn other values into keys with mlContext.Transforms.Conversion.MapValueToKey; numbers that measure something belong "
        + "into the feature column.";

    /// <summary>Checks a promised column.</summary>
    /// <exception cref="ArgumentException">It is missing, or neither text nor a key, or a vector of unknown size.</exception>
    public static void CheckShape(SchemaShape schema, string name)
    {
        SchemaShape.Column column = FeatureColumn.Find(schema, name, Role);
        bool variable = column.Kind == SchemaShape.Column.VectorKind.VariableVector;
        if (variable || !(column.IsKey || column.ItemType == TextDataViewType.Instance))
            throw new ArgumentException($"Column '{name}' is {FeatureColumn.Describe(column)}, {Needs}. {Remedy}");
    }

    /// <summary>The column as training meets it, with empty dictionaries.</summary>
    /// <exception cref="ArgumentException">It is missing, or neither text nor a key, or a vector of unknown size.</exception>
    public static BoundCategory Bind(DataViewSchema schema, string name)
    {
        (DataViewSchema.Column column, int size, KeyDataViewType? key) = Find(schema, name);
        bool isVector = column.Type is VectorDataViewType;
        string[]? slotNames = FeatureColumn.SlotNames(column);
        var slots = new CategoryDictionary[size];
        for (int i = 0; i < size; i++)
        {
            slots[i] = new CategoryDictionary(
                !isVector ? name : slotNames?[i] is { Length: > 0 } slotName ? slotName : $"{name}[{i}]");
        }

        KeyNames? names = key is null ? null : KeyNames.Of(column);
        CategoryKeys? keys = key is null ? null : new CategoryKeys(HolderOf(key), key.Count, names?.Values);
        return new BoundCategory(column, new CategoricalSource(name, isVector, keys, slots)) { Names = names };
    }

    /// <summary>The column, checked against what a flow was trained on. Keys that stand for other values than in training are
    /// found by what they stand for.</summary>
    /// <exception cref="ArgumentException">It is missing, of another type, of another size, or a key of another number of
    /// values.</exception>
    public static BoundCategory Bind(DataViewSchema schema, CategoricalSource trained)
    {
        (DataViewSchema.Column column, int size, KeyDataViewType? key) = Find(schema, trained.Name);
        bool isVector = column.Type is VectorDataViewType;
        ulong keyCount = key?.Count ?? 0, trainedCount = trained.Keys?.Count ?? 0;
        if (keyCount > 0 && trainedCount > 0 && keyCount != trainedCount)
            throw new ArgumentException(
                $"Column '{trained.Name}' is a key of {keyCount} values, but this flow was trained on a key of "
                + $"{trainedCount}, whose numbers stand for other values. Map it with the MapValueToKey that was fitted in "
                + "training: append the flow to it, so that both are one model.");
        if (isVector != trained.IsVector || size != trained.Slots.Length || keyCount != trainedCount)
            throw new ArgumentException(
                $"Column '{trained.Name}' is {column.Type}, but this flow was trained on "
                + $"{(trained.IsVector ? $"a vector of {trained.Slots.Length} " : "one ")}"
                + $"{(trainedCount > 0 ? $"key of {trainedCount} values" : "text")} per row. Give the same column as "
                + "in training.");
        return new BoundCategory(column, trained)
        {
            TrainedKeys = trained.Keys?.Values is null ? null : KeyNames.Of(column)?.Renumbered(trained),
        };
    }

    private static DataKind HolderOf(KeyDataViewType key) => Type.GetTypeCode(key.RawType) switch
    {
        TypeCode.Byte => DataKind.Byte,
        TypeCode.UInt16 => DataKind.UInt16,
        TypeCode.UInt32 => DataKind.UInt32,
        _ => DataKind.UInt64,
    };

    private static (DataViewSchema.Column Column, int Size, KeyDataViewType? Key) Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = FeatureColumn.Find(schema, name, Role);
        DataViewType item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        int size = column.Type is VectorDataViewType { Size: var length } ? length : 1;
        return size > 0 && item is (KeyDataViewType or TextDataViewType)
            ? (column, size, item as KeyDataViewType)
            : throw new ArgumentException($"Column '{name}' is {column.Type}, {Needs}. {Remedy}");
    }
}
