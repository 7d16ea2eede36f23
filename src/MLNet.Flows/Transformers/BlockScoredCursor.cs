using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>Reads up to 64 rows ahead and scores them as a block.</summary>
/// <remarks>What else a cursor tells of a row (its position, batch and id, and the active columns of the source) is kept for the
/// rows read ahead.</remarks>
internal sealed class BlockScoredCursor : DataViewRowCursor, IFlowRow
{
    private readonly DataViewRowCursor _input;
    private readonly FlowBindings _bindings;
    private readonly bool[] _active;
    private readonly Delegate?[] _getters;
    private readonly PassThroughColumn?[] _kept;
    private readonly PassThroughColumn[] _toKeep;
    private readonly FeatureRows? _features;
    private readonly CategoryReader? _readCategories;
    private readonly int[] _categories;
    private readonly FeatureRows? _context;
    private readonly ValueGetter<DataViewRowId> _readId;
    private readonly DensityScorer _scorer;
    private readonly float[] _logLikelihood = new float[RowBlock.Rows];
    private readonly float[] _score = new float[RowBlock.Rows];
    private readonly DataViewRowId[] _ids = new DataViewRowId[RowBlock.Rows];
    private readonly long[] _batches = new long[RowBlock.Rows];
    private long _position = -1;
    private int _index;
    private int _count;
    private bool _ended;

    public BlockScoredCursor(DataViewRowCursor input, FlowBindings bindings, DataViewSchema.Column[] active)
    {
        _input = input;
        _bindings = bindings;
        _active = new bool[bindings.OutputSchema.Count];
        _getters = new Delegate?[bindings.OutputSchema.Count];
        _kept = new PassThroughColumn?[bindings.InputSchema.Count];
        foreach (DataViewSchema.Column column in active)
        {
            _active[column.Index] = true;
            if (bindings.Output(column) is null && column.Index != bindings.Features?.Index
                && column.Index != bindings.Context?.Index)
                _kept[column.Index] = PassThroughColumn.Create(input, input.Schema[column.Index], RowBlock.Rows);
        }

        _toKeep = [.. _kept.OfType<PassThroughColumn>()];
        _categories = new int[RowBlock.Rows * bindings.Model.Density.CategoryColumns];
        if (bindings.Features is DataViewSchema.Column features)
            _features = new FeatureRows(input, input.Schema[features.Index], bindings.Model.Density.FeatureCount);
        if (bindings.Categories.Length > 0)
            _readCategories = new CategoryReader(input, bindings.Categories);
        if (bindings.Context is DataViewSchema.Column context)
            _context = new FeatureRows(input, input.Schema[context.Index], bindings.Model.Density.ContextColumns);
        _scorer = bindings.Model.Density.CreateScorer();
        _readId = input.GetIdGetter();
    }

    public override DataViewSchema Schema => _bindings.OutputSchema;

    public override long Position => _position;

    /// <summary>The row that the cursor is on, among those read ahead.</summary>
    public int Index
    {
        get
        {
            CheckOnRow();
            return _index;
        }
    }

    public override long Batch => _position < 0 ? _input.Batch : _batches[_index];

    public override bool MoveNext()
    {
        if (++_index >= _count && !ReadAhead())
        {
            _position = -1;
            return false;
        }

        _position++;
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        id = _ids[Index];
    };

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException(
                $"Column '{column.Name}' was not asked for when the cursor was opened. Name it among the columns needed.");
        Delegate getter = _getters[column.Index] ??= _bindings.Output(column) is FlowOutput output
            ? FlowGetters.Create(output, _bindings.Model, this)
            : _kept[column.Index]?.Getter(this)
                ?? (column.Index == _bindings.Context?.Index ? _context! : _features!).Getter(this);
        return FlowGetters.Cast<TValue>(getter, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }

    RowScore IFlowRow.Score() => new(_logLikelihood[Index], _score[_index]);

    ReadOnlySpan<float> IFlowRow.Features() => _features is null ? [] : _features[Index];

    ReadOnlySpan<int> IFlowRow.Categories() => Codes(Index, 1);

    ReadOnlySpan<float> IFlowRow.Context() => _context is null ? [] : _context[Index];

    private void CheckOnRow()
    {
        if (_position < 0)
            throw new InvalidOperationException(
                "The cursor is not on a row. Call MoveNext first, and stop when it returns false.");
    }

    private bool ReadAhead()
    {
        (_index, _count) = (0, 0);
        while (!_ended && _count < RowBlock.Rows)
        {
            if (!_input.MoveNext())
            {
                _ended = true;
                break;
            }

            foreach (PassThroughColumn column in _toKeep)
                column.Keep(_count);
            _features?.Keep(_count);
            _readCategories?.Read(Codes(_count, 1));
            _context?.Keep(_count);
            _readId(ref _ids[_count]);
            _batches[_count] = _input.Batch;
            _count++;
        }

        if (_count == 0)
            return false;
        ReadOnlySpan<float> context = _context is null ? [] : _context.First(_count);
        ReadOnlySpan<float> features = _features is null ? [] : _features.First(_count);
        _scorer.Score(
            features, context, _logLikelihood.AsSpan(0, _count), _score.AsSpan(0, _count), Codes(0, _count));
        return true;
    }

    private Span<int> Codes(int first, int count)
    {
        int columns = _bindings.Model.Density.CategoryColumns;
        return _categories.AsSpan(first * columns, count * columns);
    }
}
