using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Numerics;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>The features of the rows that a cursor has read ahead: dense for scoring, and as they came for whoever reads the
/// column.</summary>
internal sealed class FeatureRows
{
    private readonly ValueGetter<VBuffer<float>> _read;
    private readonly int _featureCount;
    private readonly float[] _rows;
    private readonly VBuffer<float>[] _sparse = new VBuffer<float>[RowBlock.Rows];
    private readonly bool[] _isSparse = new bool[RowBlock.Rows];
    private VBuffer<float> _buffer;

    /// <param name="input">The source's cursor, with the column active.</param>
    /// <param name="column">The features.</param>
    /// <param name="featureCount">Values per row.</param>
    public FeatureRows(DataViewRowCursor input, DataViewSchema.Column column, int featureCount)
    {
        _read = FeatureColumn.Reader(input, column, featureCount);
        _featureCount = featureCount;
        _rows = new float[RowBlock.Rows * featureCount];
    }

    /// <summary>The first rows, row-major.</summary>
    public ReadOnlySpan<float> First(int count) => _rows.AsSpan(0, count * _featureCount);

    /// <summary>One row.</summary>
    public ReadOnlySpan<float> this[int index] => _rows.AsSpan(index * _featureCount, _featureCount);

    /// <summary>Keeps the row that the source is on.</summary>
    public void Keep(int index)
    {
        _read(ref _buffer);
        Span<float> row = _rows.AsSpan(index * _featureCount, _featureCount);
        if (_buffer.IsDense)
        {
            _buffer.GetValues().CopyTo(row);
            _isSparse[index] = false;
            return;
        }

        _buffer.CopyTo(row);
        _buffer.CopyTo(ref _sparse[index]);
        _isSparse[index] = true;
    }

    /// <summary>Reads the column of the row that <paramref name="cursor"/> is on.</summary>
    public ValueGetter<VBuffer<float>> Getter(BlockScoredCursor cursor) => (ref VBuffer<float> value) =>
    {
        int index = cursor.Index;
        if (_isSparse[index])
        {
            _sparse[index].CopyTo(ref value);
            return;
        }

        VBufferEditor<float> editor = VBufferEditor.Create(ref value, _featureCount);
        this[index].CopyTo(editor.Values);
        value = editor.Commit();
    };
}
