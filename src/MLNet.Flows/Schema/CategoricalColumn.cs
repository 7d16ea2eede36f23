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
    public static (DataViewSchema.Column Column, CategoricalSource Source) Bind(DataViewSchema schema, string name)
    {
        (DataViewSchema.Column column, int size, ulong keyCount) = Find(schema, name);
        bool isVector = column.Type is VectorDataViewType;
        string[]? slotNames = FeatureColumn.SlotNames(column);
        var slots = new CategoryDictionary[size];
        for (int i = 0; i < size; i++)
        {
            slots[i] = new CategoryDictionary(
                !isVector ? name : slotNames?[i] is { Length: > 0 } slotName ? slotName : $"{name}[{i}]");
        }

        return (column, new CategoricalSource(name, isVector, keyCount, slots));
    }

    /// <summary>The column, checked against what a flow was trained on.</summary>
    /// <exception cref="ArgumentException">It is missing, of another type, of another size, or a key of other values.</exception>
    public static DataViewSchema.Column Bind(DataViewSchema schema, CategoricalSource trained)
    {
        (DataViewSchema.Column column, int size, ulong keyCount) = Find(schema, trained.Name);
        bool isVector = column.Type is VectorDataViewType;
        if (keyCount > 0 && trained.KeyCount > 0 && keyCount != trained.KeyCount)
            throw new ArgumentException(
                $"Column '{trained.Name}' is a key of {keyCount} values, but this flow was trained on a key of "
                + $"{trained.KeyCount}, whose numbers stand for other values. Map it with the MapValueToKey that was fitted in "
                + "training: append the flow to it, so that both are one model.");
        if (isVector != trained.IsVector || size != trained.Slots.Length || keyCount != trained.KeyCount)
            throw new ArgumentException(
                $"Column '{trained.Name}' is {column.Type}, but this flow was trained on "
                + $"{(trained.IsVector ? $"a vector of {trained.Slots.Length} " : "one ")}"
                + $"{(trained.KeyCount > 0 ? $"key of {trained.KeyCount} values" : "text")} per row. Give the same column as "
                + "in training.");
        return column;
    }

    private static (DataViewSchema.Column Column, int Size, ulong KeyCount) Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = FeatureColumn.Find(schema, name, Role);
        DataViewType item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        int size = column.Type is VectorDataViewType { Size: var length } ? length : 1;
        ulong keyCount = item is KeyDataViewType key ? key.Count : 0;
        return size > 0 && item is (KeyDataViewType or TextDataViewType)
            ? (column, size, keyCount)
            : throw new ArgumentException($"Column '{name}' is {column.Type}, {Needs}. {Remedy}");
    }
}
