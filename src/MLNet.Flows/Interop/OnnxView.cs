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
        for (IDataView? view = Source; view is IDataTransform step; view = step.Source)
        {
            if (step is not ITransformCanSaveOnnx writable || !writable.CanSaveOnnx(ctx))
            {
                throw new NotSupportedException(
                    $"The step '{step.GetType().Name}' before the flow cannot be written to an ONNX graph, and without it the "
                    + "flow would score other rows. Do that step outside of the model, before the graph, and convert the rest.");
            }
        }

        WriteTo(new OnnxGraph(ctx, GraphPrefix));
    }

    // Of the older loaders, which saved views; transformers are saved themselves.
    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException(
            "A view of scored rows is not saved. Save the model with mlContext.Model.Save(model, schema, path).");
}
