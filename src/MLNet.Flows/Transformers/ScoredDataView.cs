using Microsoft.ML;
using MLNet.Flows.Interop;
using MLNet.Flows.Onnx;

namespace MLNet.Flows.Transformers;

/// <summary>A view of the source's columns and the flow's, scored as cursors pass.</summary>
internal sealed class ScoredDataView(IDataView source, FlowBindings bindings) : OnnxView(source)
{
    public override bool CanShuffle => Source.CanShuffle;

    public override DataViewSchema Schema => bindings.OutputSchema;

    protected override string GraphPrefix => bindings.Model.Columns.LogLikelihood;

    protected override IEnumerable<DataViewSchema.Column> Inputs => bindings.Inputs();

    public override long? GetRowCount() => Source.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return Open(Source.GetRowCursor(bindings.Dependencies(needed), rand), needed);
    }

    public override DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return [.. Source.GetRowCursorSet(bindings.Dependencies(needed), n, rand).Select(cursor => Open(cursor, needed))];
    }

    protected override void WriteTo(OnnxGraph graph) => FlowGraph.Write(graph, bindings.Model);

    // Rows are read ahead, to be scored in blocks, where a column of the flow is asked for and all else that is asked for can be
    // kept meanwhile.
    private DataViewRowCursor Open(DataViewRowCursor cursor, DataViewSchema.Column[] needed) =>
        needed.Any(column => bindings.Output(column) is not null)
        && needed.All(column => bindings.Output(column) is not null || PassThroughColumn.CanKeep(column.Type))
            ? new BlockScoredCursor(cursor, bindings, needed)
            : new ScoredCursor(cursor, bindings, needed);
}
