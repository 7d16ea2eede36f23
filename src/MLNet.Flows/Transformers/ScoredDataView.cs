using Microsoft.ML;

namespace MLNet.Flows.Transformers;

/// <summary>A view of the source's columns and the flow's, scored as cursors pass.</summary>
internal sealed class ScoredDataView(IDataView source, FlowBindings bindings) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => bindings.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return Open(source.GetRowCursor(bindings.Dependencies(needed), rand), needed);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        return [.. source.GetRowCursorSet(bindings.Dependencies(needed), n, rand).Select(cursor => Open(cursor, needed))];
    }

    // Rows are read ahead, to be scored in blocks, where a column of the flow is asked for and all else that is asked for can be kept meanwhile.
    private DataViewRowCursor Open(DataViewRowCursor cursor, DataViewSchema.Column[] needed) =>
        needed.Any(column => bindings.Output(column) is not null)
        && needed.All(column => bindings.Output(column) is not null || PassThroughColumn.CanKeep(column.Type))
            ? new BlockScoredCursor(cursor, bindings, needed)
            : new ScoredCursor(cursor, bindings, needed);
}
