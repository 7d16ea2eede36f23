using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Model;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>Rows drawn from a flow as a view: features, context, categories and log-likelihood, under the names that the flow has
/// for them. Lazy: drawn anew, the same, each time that it is read.</summary>
internal sealed class SampledView : IDataView
{
    // A key type of more values gets no names for them.
    private const ulong MostNamedKeys = 1 << 20;
    private readonly FlowModel _model;
    private readonly IEnumerable<FlowSample> _rows;

    /// <param name="model">What the rows are drawn from.</param>
    /// <param name="rows">The rows.</param>
    public SampledView(FlowModel model, IEnumerable<FlowSample> rows)
    {
        (_model, _rows) = (model, rows);
        var builder = new DataViewSchema.Builder();
        if (model.Columns.Features is string features)
            builder.AddColumn(features, Vector(model.Density.FeatureCount), SlotNames(model.SlotNames));
        if (model.Columns.Context is string context)
            builder.AddColumn(context, Vector(model.Density.ContextColumns), annotations: null);
        foreach (CategoricalSource source in model.Categories ?? [])
            builder.AddColumn(source.Name, TypeOf(source), Annotations(source));
        builder.AddColumn(model.Columns.LogLikelihood, NumberDataViewType.Single, annotations: null);
        Schema = builder.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => null;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    private static VectorDataViewType Vector(int size) => new(NumberDataViewType.Single, size);

    private static DataViewType TypeOf(CategoricalSource source)
    {
        PrimitiveDataViewType item = source.Keys switch
        {
            null => TextDataViewType.Instance,
            { Type: DataKind.Byte, Count: ulong count } => new KeyDataViewType(typeof(byte), count),
            { Type: DataKind.UInt16, Count: ulong count } => new KeyDataViewType(typeof(ushort), count),
            { Type: DataKind.UInt32, Count: ulong count } => new KeyDataViewType(typeof(uint), count),
            { Count: ulong count } => new KeyDataViewType(typeof(ulong), count),
        };
        return source.IsVector ? new VectorDataViewType(item, source.Slots.Length) : item;
    }

    private static DataViewSchema.Annotations? SlotNames(string[]? names)
    {
        if (names is null)
            return null;
        var builder = new DataViewSchema.Annotations.Builder();
        NameAnnotations.AddSlotNames(builder, [.. names.Select(name => name.AsMemory())]);
        return builder.ToAnnotations();
    }

    // Of a vector its slots' names; of a key what the keys that were met stand for.
    private static DataViewSchema.Annotations Annotations(CategoricalSource source)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        if (source.IsVector)
            NameAnnotations.AddSlotNames(builder, [.. source.Slots.Select(slot => slot.Name.AsMemory())]);
        if (source.Keys?.Count <= MostNamedKeys)
            KeyNames.Add(builder, source);
        return builder.ToAnnotations();
    }

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly SampledView _view;
        private readonly DensityScorer _scorer;
        private readonly IEnumerator<FlowSample> _rows;
        private readonly HashSet<int> _active;
        private long _position = -1;

        public Cursor(SampledView view, IEnumerable<DataViewSchema.Column> columns)
        {
            (_view, _scorer, _rows) = (view, view._model.Density.CreateScorer(), view._rows.GetEnumerator());
            _active = [.. columns.Select(column => column.Index)];
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Position => _position;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            bool moved = _rows.MoveNext();
            _position = moved ? _position + 1 : -1;
            return moved;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId id) => id = new DataViewRowId((ulong)Row(_position), 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException(
                    $"Column '{column.Name}' was not asked for when the cursor was opened. Name it among the columns needed.");
            return FlowGetters.Cast<TValue>(Getter(column.Name), column);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _rows.Dispose();
            base.Dispose(disposing);
        }

        private Delegate Getter(string name)
        {
            if (name == _view._model.Columns.LogLikelihood)
                return (ValueGetter<float>)((ref float value) => value = Row(_scorer.ScoreRow(
                    _rows.Current.Features, _rows.Current.Context, _rows.Current.Categories).LogLikelihood));
            if (name == _view._model.Columns.Features)
                return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Row(_rows.Current.Features), ref value));
            if (name == _view._model.Columns.Context)
                return (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) => Copy(Row(_rows.Current.Context), ref value));
            int first = 0;
            foreach (CategoricalSource source in _view._model.Categories!)
            {
                if (source.Name == name)
                    return source.Keys?.Type switch
                    {
                        null => Values(source, first, (slot, code) => slot.Text(code).AsMemory()),
                        DataKind.Byte => Values(source, first, (slot, code) => (byte)slot.Key(code)),
                        DataKind.UInt16 => Values(source, first, (slot, code) => (ushort)slot.Key(code)),
                        DataKind.UInt32 => Values(source, first, (slot, code) => (uint)slot.Key(code)),
                        _ => Values(source, first, (slot, code) => slot.Key(code)),
                    };
                first += source.Slots.Length;
            }

            throw new ArgumentException($"There is no column '{name}' among the rows drawn.");
        }

        private Delegate Values<T>(CategoricalSource source, int first, Func<CategoryDictionary, int, T> valueOf) =>
            source.IsVector
                ? (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => Copy(
                    [.. source.Slots.Select((slot, i) => valueOf(slot, Row(_rows.Current.Categories[first + i])))], ref value))
                : (ValueGetter<T>)((ref T value) =>
                    value = valueOf(source.Slots[0], Row(_rows.Current.Categories[first])));

        private static void Copy<T>(T[] values, ref VBuffer<T> value)
        {
            VBufferEditor<T> editor = VBufferEditor.Create(ref value, values.Length);
            values.CopyTo(editor.Values);
            value = editor.Commit();
        }

        private T Row<T>(T value) => _position >= 0
            ? value
            : throw new InvalidOperationException(
                "The cursor is not on a row. Call MoveNext first, and stop when it returns false.");
    }
}
