using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Benchmarks;

/// <summary>An array [n, d] as a view with one column, Features: the least a source of rows can cost.</summary>
internal sealed class MemoryView : IDataView
{
    private readonly float[] _data;
    private readonly int _dimension;

    public MemoryView(float[] data, int dimension)
    {
        (_data, _dimension) = (data, dimension);
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, dimension));
        Schema = builder.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _data.Length / _dimension;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [new Cursor(this)];

    private sealed class Cursor(MemoryView view) : DataViewRowCursor
    {
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext() => ++_position < view._data.Length / view._dimension;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)Read;

        private void Read(ref VBuffer<float> value)
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, view._dimension);
            view._data.AsSpan((int)_position * view._dimension, view._dimension).CopyTo(editor.Values);
            value = editor.Commit();
        }
    }
}
