using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace MLNet.Flows.Interop;

/// <summary>A view over another one, as ML.NET's ONNX converter sees it.</summary>
/// <remarks>The converter walks back through the views, from the last to the first, and asks each to write itself. Where a view
/// cannot, it only warns, stops, and goes on without that one and all before it: what follows would then read the graph's inputs
/// as they are. So whatever stands in the way is an error here.</remarks>
internal abstract class OnnxView(IDataView source) : ITransformCanSaveOnnx
{
    public IDataView Source { get; } = source;

    public abstract bool CanShuffle { get; }

    public abstract DataViewSchema Schema { get; }

    /// <summary>What names of tensors begin with.</summary>
    protected abstract string GraphPrefix { get; }

    /// <summary>The source's columns that the view's own columns are computed from.</summary>
    protected abstract IEnumerable<DataViewSchema.Column> Inputs { get; }

    public abstract long? GetRowCount();

    public abstract DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    public abstract DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null);

    /// <summary>Writes the view's columns.</summary>
    /// <exception cref="NotSupportedException">Something in it has no ONNX.</exception>
    protected abstract void WriteTo(OnnxGraph graph);

    // Where a view says no, the converter warns and goes on without it.
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx)
    {
        DataViewSchema.Column[] needed = [.. Inputs];
        for (IDataView? view = Source; view is IDataTransform step; view = step.Source)
        {
            // What picks rows, as TakeRows does, is of the data: no model has it, and the graph begins behind it.
            if (step is not IRowToRowMapper mapper)
                break;
            if (step is not ITransformCanSaveOnnx writable || !writable.CanSaveOnnx(ctx))
            {
                throw new NotSupportedException(
                    $"The step '{step.GetType().Name}' before the flow cannot be written to an ONNX graph, and without it the "
                    + "flow would score other rows. Do that step outside of the model, before the graph, and convert the rest; "
                    + "where it is the data's, and not the model's, convert with mlContext.Data.Cache(data).");
            }

            CheckSpelling(mapper, needed);
            needed = [.. mapper.GetDependencies(needed)];
        }

        WriteTo(new OnnxGraph(ctx, GraphPrefix));
    }

    // The text of true and of 0.1 is another one in ONNX Runtime than in .NET, so that all categories would be unseen.
    private static void CheckSpelling(IRowToRowMapper step, DataViewSchema.Column[] needed)
    {
        foreach (DataViewSchema.Column text in needed.Where(column => Item(column) is TextDataViewType))
        {
            foreach (DataViewSchema.Column value in step.GetDependencies([text]).Where(HasOtherSpelling))
            {
                throw new NotSupportedException(
                    $"The step '{step.GetType().Name}' before the flow makes text of column '{value.Name}' ({value.Type}), which "
                    + $"ONNX Runtime spells otherwise than .NET: in column '{text.Name}' every value would be one that training "
                    + "did not see. Make keys of the values with mlContext.Transforms.Conversion.MapValueToKey instead.");
            }
        }
    }

    private static bool HasOtherSpelling(DataViewSchema.Column column) =>
        Item(column) is BooleanDataViewType
        || Item(column) == NumberDataViewType.Single
        || Item(column) == NumberDataViewType.Double;

    private static DataViewType Item(DataViewSchema.Column column) =>
        column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;

    // Of the older loaders, which saved views; transformers are saved themselves.
    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException(
            "A view of scored rows is not saved. Save the model with mlContext.Model.Save(model, schema, path).");
}
