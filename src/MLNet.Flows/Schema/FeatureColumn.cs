using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Schema;

/// <summary>The checks on a flow's input columns, the same wherever a column is met: estimator, Fit, transformer.</summary>
internal static class FeatureColumn
{
    private const string Remedy =
        "Build one vector of Single values with mlContext.Transforms.Concatenate (after Conversion.ConvertType where a column "
        + "is not Single).";

    /// <summary>Checks a promised column.</summary>
    /// <param name="schema">The promised columns.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="role">What it is for, in messages.</param>
    /// <exception cref="ArgumentException">It is missing or not a vector of Single of known size.</exception>
    public static void CheckShape(SchemaShape schema, string name, string role = "feature")
    {
        SchemaShape.Column column = Find(schema, name, role);
        bool single = column.ItemType == NumberDataViewType.Single;
        if (column.Kind == SchemaShape.Column.VectorKind.Vector && single && !column.IsKey)
            return;
        throw new ArgumentException(
            $"Column '{name}' is {Describe(column)}, but a flow needs a vector of Single of known size. "
            + $"{RemedyFor(column.Kind == SchemaShape.Column.VectorKind.VariableVector && single, column.ItemType, role)}");
    }

    /// <summary>Checks a promised weight column.</summary>
    /// <exception cref="ArgumentException">It is missing or not a Single.</exception>
    public static void CheckWeightShape(SchemaShape schema, string name)
    {
        SchemaShape.Column column = Find(schema, name, "example weight");
        if (column.Kind != SchemaShape.Column.VectorKind.Scalar || column.ItemType != NumberDataViewType.Single || column.IsKey)
            throw new ArgumentException(
                $"Column '{name}' is {Describe(column)}, but an example weight is a Single. Convert it with "
                + "mlContext.Transforms.Conversion.ConvertType.");
    }

    /// <summary>The column and its size.</summary>
    /// <param name="schema">The columns that there are.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="role">What it is for, in messages.</param>
    /// <exception cref="ArgumentException">It is missing or not a vector of Single of known size.</exception>
    public static (DataViewSchema.Column Column, int Size) Bind(DataViewSchema schema, string name, string role = "feature")
    {
        DataViewSchema.Column column = Find(schema, name, role);
        return column.Type is VectorDataViewType { IsKnownSize: true, Size: > 0 } vector
            && vector.ItemType == NumberDataViewType.Single
            ? (column, vector.Size)
            : throw new ArgumentException(
                $"Column '{name}' is {column.Type}, but a flow needs a vector of Single of known size. "
                + RemedyFor(
                    column.Type is VectorDataViewType { IsKnownSize: false } variable
                        && variable.ItemType == NumberDataViewType.Single,
                    (column.Type as VectorDataViewType)?.ItemType ?? column.Type,
                    role));
    }

    /// <summary>The column, checked against what a flow was trained on.</summary>
    /// <param name="schema">The columns that there are.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="trainedSize">Values per row in training.</param>
    /// <param name="role">What it is for, in messages.</param>
    /// <exception cref="ArgumentException">It is missing, of another type, or of another size.</exception>
    public static DataViewSchema.Column Bind(
        DataViewSchema schema, string name, int trainedSize, string role = "feature")
    {
        (DataViewSchema.Column column, int size) = Bind(schema, name, role);
        return size == trainedSize
            ? column
            : throw new ArgumentException(
                $"Column '{name}' has {size} values per row, but this flow was trained on {trainedSize}. Concatenate the same "
                + "columns as in training.");
    }

    /// <summary>Reads the features of the row that a cursor or an engine is on. Every reader of features goes through
    /// this.</summary>
    /// <remarks>The type promises a length, but nothing holds whoever fills the rows to it: an array of another length, empty or
    /// null arrives as it is.</remarks>
    /// <param name="row">The row, with the column active.</param>
    /// <param name="column">The features.</param>
    /// <param name="size">Values per row.</param>
    /// <returns>A getter that throws <see cref="ArgumentException"/> where the row has another number of values.</returns>
    public static ValueGetter<VBuffer<float>> Reader(DataViewRow row, DataViewSchema.Column column, int size)
    {
        ValueGetter<VBuffer<float>> read = row.GetGetter<VBuffer<float>>(column);
        return (ref VBuffer<float> features) =>
        {
            read(ref features);
            if (features.Length != size)
                throw WrongLength(column.Name, features.Length, size, row.Position, "with NaN for missing ones");
        };
    }

    /// <summary>The weight column.</summary>
    /// <exception cref="ArgumentException">It is missing or not a Single.</exception>
    public static DataViewSchema.Column BindWeight(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = Find(schema, name, "example weight");
        return column.Type == NumberDataViewType.Single
            ? column
            : throw new ArgumentException(
                $"Column '{name}' is {column.Type}, but an example weight is a Single. Convert it with "
                + "mlContext.Transforms.Conversion.ConvertType.");
    }

    /// <summary>The names of the column's slots; null where it has none.</summary>
    public static string[]? SlotNames(DataViewSchema.Column column)
    {
        if (!column.HasSlotNames())
            return null;
        VBuffer<ReadOnlyMemory<char>> slots = default;
        column.GetSlotNames(ref slots);
        return [.. slots.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>The column's slot names alone, for a column with the same slots; null where it has none.</summary>
    public static DataViewSchema.Annotations? SlotNamesOf(DataViewSchema.Column column)
    {
        if (!column.HasSlotNames())
            return null;
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(column.Annotations, name => name == "SlotNames");
        return builder.ToAnnotations();
    }

    // An array property has no size of its own.
    private static string RemedyFor(bool sizeAloneIsMissing, DataViewType item, string role) => item is TextDataViewType
        ? $"{(role == "feature" ? "Text belongs into CategoricalColumnNames. As numbers: m" : "M")}ake the vector with "
            + "mlContext.Transforms.Categorical.OneHotEncoding."
        : sizeAloneIsMissing
        ? "If it is a float[] of a class, say its size: put [VectorType(3)] on the property, or give a SchemaDefinition whose "
            + "ColumnType is a VectorDataViewType of that size. Otherwise: " + Remedy
        : Remedy;

    internal static ArgumentException WrongLength(string name, int found, int size, long row, string missing) => new(
        $"Column '{name}' has {found} value{(found == 1 ? "" : "s")} in row {row}, but its type promises {size}. Give every "
        + $"row {size} values, {missing}.");

    internal static SchemaShape.Column Find(SchemaShape schema, string name, string role)
    {
        foreach (SchemaShape.Column column in schema)
        {
            if (column.Name == name)
                return column;
        }

        throw Missing(name, role, schema.Select(c => c.Name));
    }

    internal static DataViewSchema.Column Find(DataViewSchema schema, string name, string role) =>
        schema.GetColumnOrNull(name) ?? throw Missing(name, role, schema.Where(c => !c.IsHidden).Select(c => c.Name));

    private static ArgumentException Missing(string name, string role, IEnumerable<string> present) => new(
        $"There is no {role} column '{name}' among {string.Join(", ", present.Select(n => $"'{n}'"))}. Give the column's "
        + (role == "categorical"
            ? "name in CategoricalColumnNames."
            : $"name, or build it with mlContext.Transforms.Concatenate(\"{name}\", ...)."));

    // As ML.NET words the type of a column that is there.
    internal static string Describe(SchemaShape.Column column)
    {
        string item = column.IsKey ? $"Key<{column.ItemType}>" : $"{column.ItemType}";
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Scalar => item,
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            _ => $"VarVector<{item}>",
        };
    }
}
