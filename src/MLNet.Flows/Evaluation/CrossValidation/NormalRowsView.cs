using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Evaluation.CrossValidation;

/// <summary>The rows of a view that are no anomalies by their label, of whatever type it is: normal ones, and those without a
/// label.</summary>
/// <param name="source">The view.</param>
/// <param name="labelColumnName">Boolean, Single or key.</param>
/// <param name="anomalyKeyValue">For a key, as <see cref="FlowsCatalog.Evaluate"/> takes it; else null.</param>
internal sealed class NormalRowsView(IDataView source, string labelColumnName, string? anomalyKeyValue) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column label = source.Schema[labelColumnName];
        return new Cursor(source.GetRowCursor([.. columnsNeeded, label], rand), label, anomalyKeyValue);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor rows, DataViewSchema.Column label, string? anomalyKeyValue) : DataViewRowCursor
    {
        private readonly Func<bool?> _readLabel = LabelReader.Create(rows, label, anomalyKeyValue);
        private long _position = -1;

        public override DataViewSchema Schema => rows.Schema;

        public override long Position => _position;

        public override long Batch => rows.Batch;

        public override bool MoveNext()
        {
            while (rows.MoveNext())
            {
                if (_readLabel() != true)
                {
                    _position++;
                    return true;
                }
            }

            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => rows.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rows.Dispose();
            base.Dispose(disposing);
        }
    }
}
