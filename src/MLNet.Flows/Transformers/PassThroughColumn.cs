using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Transformers;

/// <summary>A column of the source, kept for the rows that a cursor has read ahead.</summary>
internal abstract class PassThroughColumn
{
    /// <summary>Whether values of the type can be kept: plain numbers, texts and times, and vectors of them. Images and an
    /// application's own types may be reused or disposed of by their source as soon as it moves on.</summary>
    public static bool CanKeep(DataViewType type)
    {
        DataViewType item = type is VectorDataViewType vector ? vector.ItemType : type;
        return item is NumberDataViewType or BooleanDataViewType or TextDataViewType or KeyDataViewType or DateTimeDataViewType
            or DateTimeOffsetDataViewType or TimeSpanDataViewType or RowIdDataViewType;
    }

    /// <param name="input">The source's cursor, with the column active.</param>
    /// <param name="column">A column whose values can be kept.</param>
    /// <param name="rows">Rows kept at most.</param>
    public static PassThroughColumn Create(DataViewRowCursor input, DataViewSchema.Column column, int rows)
    {
        Type kind = column.Type is VectorDataViewType vector
            ? typeof(OfVectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(OfScalars<>).MakeGenericType(column.Type.RawType);
        return (PassThroughColumn)Activator.CreateInstance(kind, input, column, rows)!;
    }

    /// <summary>Keeps the value of the row that the source is on.</summary>
    public abstract void Keep(int index);

    /// <summary>Reads what was kept of the row that <paramref name="cursor"/> is on.</summary>
    public abstract Delegate Getter(BlockScoredCursor cursor);

    private sealed class OfScalars<T>(DataViewRowCursor input, DataViewSchema.Column column, int rows) : PassThroughColumn
    {
        private readonly ValueGetter<T> _read = input.GetGetter<T>(column);
        private readonly T[] _values = new T[rows];

        public override void Keep(int index) => _read(ref _values[index]);

        public override Delegate Getter(BlockScoredCursor cursor) =>
            (ValueGetter<T>)((ref T value) => value = _values[cursor.Index]);
    }

    private sealed class OfVectors<T>(DataViewRowCursor input, DataViewSchema.Column column, int rows) : PassThroughColumn
    {
        private readonly ValueGetter<VBuffer<T>> _read = input.GetGetter<VBuffer<T>>(column);
        private readonly VBuffer<T>[] _values = new VBuffer<T>[rows];

        public override void Keep(int index) => _read(ref _values[index]);

        public override Delegate Getter(BlockScoredCursor cursor) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[cursor.Index].CopyTo(ref value));
    }
}
