using Microsoft.ML;
using Microsoft.ML.Model.OnnxConverter;

namespace MLNet.Flows.Interop;

/// <summary>A view over another one, as ML.NET's ONNX converter sees it.</summary>
/// <remarks>The converter walks back through the views from the last to the first and leaves out, without a word, all that stands
/// behind or before one that it does not know. So the scored view makes itself known, and refuses.</remarks>
internal abstract class OnnxView(IDataView source) : ITransformCanSaveOnnx
{
    public IDataView Source { get; } = source;

    public abstract bool CanShuffle { get; }

    public abstract DataViewSchema Schema { get; }

    /// <summary>The error where a graph is asked for.</summary>
    protected abstract string Refusal { get; }

    public abstract long? GetRowCount();

    public abstract DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null);

    public abstract DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null);

    // Where a view says no, the converter warns and goes on without it.
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => throw new NotSupportedException(Refusal);

    // Of the older loaders, which saved views; transformers are saved themselves.
    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        throw new NotSupportedException(
            "A view of scored rows is not saved. Save the model with mlContext.Model.Save(model, schema, path).");
}
