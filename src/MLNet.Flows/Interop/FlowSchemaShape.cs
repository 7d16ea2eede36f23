using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Interop;

/// <summary>Schema shapes: what an estimator promises before data is there.</summary>
internal static class FlowSchemaShape
{
    public static SchemaShape.Column Single(string name) => Scalar(name, NumberDataViewType.Single);

    public static SchemaShape.Column Boolean(string name) => Scalar(name, BooleanDataViewType.Instance);

    /// <summary>A vector of Single of known size, with slot names where <paramref name="slotsLike"/> has them.</summary>
    public static SchemaShape.Column Vector(string name, SchemaShape.Column? slotsLike = null)
    {
        SchemaShape.Column[] slotNames = slotsLike is { } like
            ? [.. like.Annotations.Where(a => a.Name == AnnotationUtils.Kinds.SlotNames)]
            : [];
        return new(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, new SchemaShape(slotNames));
    }

    /// <summary>A vector of Single of known size, with slot names.</summary>
    public static SchemaShape.Column NamedVector(string name) => new(
        name,
        SchemaShape.Column.VectorKind.Vector,
        NumberDataViewType.Single,
        false,
        new SchemaShape([new SchemaShape.Column(
            AnnotationUtils.Kinds.SlotNames, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false)]));

    /// <summary>A Single with the annotations that ML.NET's trainers promise on a score.</summary>
    public static SchemaShape.Column Score(string name) => new(
        name,
        SchemaShape.Column.VectorKind.Scalar,
        NumberDataViewType.Single,
        false,
        new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation()));

    /// <summary>A Boolean with the annotations that ML.NET's trainers promise on a predicted label.</summary>
    public static SchemaShape.Column PredictedLabel(string name) => new(
        name,
        SchemaShape.Column.VectorKind.Scalar,
        BooleanDataViewType.Instance,
        false,
        new SchemaShape(AnnotationUtils.GetTrainerOutputAnnotation()));

    /// <summary>The shape of a schema that is there.</summary>
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    private static SchemaShape.Column Scalar(string name, DataViewType type) =>
        new(name, SchemaShape.Column.VectorKind.Scalar, type, false);
}
