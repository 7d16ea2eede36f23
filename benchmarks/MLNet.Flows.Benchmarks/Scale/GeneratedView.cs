using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Benchmarks.Scale;

/// <summary>Any number of rows that are made as they are read and held nowhere: drawn rows of a table, each value moved a
/// little, by a generator that costs about as much as copying.</summary>
/// <param name="table">[n, dimension], n a power of two.</param>
/// <param name="dimension">Columns.</param>
/// <param name="rows">How many.</param>
internal sealed class GeneratedView(float[] table, int dimension, long rows) : IDataView
{
    private const float Step = 1e-4f / (1 << 16);

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; } = SchemaOf(dimension);

    public long? GetRowCount() => rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded.Any(), table, dimension, rows);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private static DataViewSchema SchemaOf(int dimension)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, dimension));
        return builder.ToSchema();
    }

    private sealed class Cursor(GeneratedView view, bool active, float[] table, int dimension, long rows) : DataViewRowCursor
    {
        private readonly int _mask = table.Length / dimension - 1;
        private long _position = -1;

        public override DataViewSchema Schema => view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext() => ++_position < rows;

        public override bool IsColumnActive(DataViewSchema.Column column) => active;

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ValueGetter<TValue>)(Delegate)(ValueGetter<VBuffer<float>>)Read;

        private void Read(ref VBuffer<float> value)
        {
            ulong draw = RandomStream.Mix((ulong)_position + 1);
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, dimension);
            ReadOnlySpan<float> from = table.AsSpan(((int)draw & _mask) * dimension, dimension);
            float moved = Step * (ushort)(draw >> 48);
            for (int j = 0; j < dimension; j++)
                editor.Values[j] = from[j] + moved;
            value = editor.Commit();
        }
    }
}
