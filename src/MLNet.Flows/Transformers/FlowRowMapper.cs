using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Transformers;

/// <summary>The flow as a map from row to row: what a PredictionEngine runs on.</summary>
internal sealed class FlowRowMapper(FlowBindings bindings) : IRowToRowMapper
{
    public DataViewSchema InputSchema => bindings.InputSchema;

    public DataViewSchema OutputSchema => bindings.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        bindings.Dependencies(dependingColumns);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new ScoredRow(input, bindings, activeColumns);

    private sealed class ScoredRow(
        DataViewRow input, FlowBindings bindings, IEnumerable<DataViewSchema.Column> active) : DataViewRow
    {
        private readonly ScoredColumns _columns = new(input, bindings, active);

        public override DataViewSchema Schema => bindings.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

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
}
