using System.Data.Common;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Tool.Tables;

/// <summary>Rows of a reader as ML.NET's rows: columns of Single and of text, streamed, each cursor by a reader of its
/// own.</summary>
internal sealed class TableView : IDataView
{
    private readonly Func<Query> _open;

    /// <param name="schema">Columns of Single or text, in the query's order.</param>
    /// <param name="open">Opens a query: doubles for Single, strings for text, NULL for missing.</param>
    public TableView(DataViewSchema schema, Func<Query> open)
    {
        (Schema, _open) = (schema, open);
    }

    public DataViewSchema Schema { get; }

    public bool CanShuffle => false;

    /// <summary>A schema of numbers and of text.</summary>
    public static DataViewSchema SchemaOf(IEnumerable<(string Name, bool IsNumber)> columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach ((string name, bool isNumber) in columns)
            builder.AddColumn(name, isNumber ? NumberDataViewType.Single : TextDataViewType.Instance);
        return builder.ToSchema();
    }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, [.. columnsNeeded.Select(column => column.Index)]);

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(TableView view, HashSet<int> active) : DataViewRowCursor
    {
        private readonly Query _query = view._open();
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool MoveNext()
        {
            if (!_query.MoveNext())
            {
                _position = -1;
                return false;
            }

            _position++;
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            int i = column.Index;
            DbDataReader reader = _query.Reader;
            Delegate getter = column.Type is NumberDataViewType
                ? (ValueGetter<float>)((ref float value) =>
                    value = reader.IsDBNull(i) ? float.NaN : (float)reader.GetDouble(i))
                : (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) =>
                    value = reader.IsDBNull(i) ? default : reader.GetString(i).AsMemory());
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}, not {typeof(TValue).Name}.");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _query.Dispose();
            base.Dispose(disposing);
        }
    }
}
