using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Transformers;

/// <summary>Passes the source's rows on one by one and scores those whose flow columns are read.</summary>
internal sealed class ScoredCursor(
    DataViewRowCursor input, FlowBindings bindings, DataViewSchema.Column[] active) : DataViewRowCursor
{
    private readonly ScoredColumns _columns = new(input, bindings, active);

    public override DataViewSchema Schema => bindings.OutputSchema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool MoveNext() => input.MoveNext();

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _columns.IsActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _columns.GetGetter<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
