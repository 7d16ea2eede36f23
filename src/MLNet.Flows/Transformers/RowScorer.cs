using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>Scores the row under a cursor, once per position, with buffers of its own.</summary>
internal sealed class RowScorer : IFlowRow
{
    private readonly DataViewRow _row;
    private readonly ValueGetter<VBuffer<float>>? _readFeatures;
    private readonly ValueGetter<VBuffer<float>>? _readContext;
    private readonly CategoryReader? _readCategories;
    private readonly int[] _categories;
    private readonly DensityScorer _scorer;
    private VBuffer<float> _buffer;
    private VBuffer<float> _context;
    private float[]? _dense;
    private float[]? _denseContext;
    private long _position = -1;
    private RowScore _score;

    public RowScorer(DataViewRow row, FlowBindings bindings)
    {
        _row = row;
        RowDensity density = bindings.Model.Density;
        _scorer = density.CreateScorer();
        _categories = new int[density.CategoryColumns];
        if (bindings.Features is DataViewSchema.Column features)
            _readFeatures = FeatureColumn.Reader(row, row.Schema[features.Index], density.FeatureCount);
        if (bindings.Categories.Length > 0)
            _readCategories = new CategoryReader(row, bindings.Categories);
        if (bindings.Context is DataViewSchema.Column context)
            _readContext = FeatureColumn.Reader(row, row.Schema[context.Index], density.ContextColumns);
    }

    public RowScore Score()
    {
        if (_row.Position == _position && _position >= 0)
            return _score;
        ReadOnlySpan<float> features = Features();
        _position = _row.Position;
        return _score = _scorer.ScoreRow(features, Context(), Categories());
    }

    public ReadOnlySpan<float> Features()
    {
        if (_readFeatures is null)
            return [];
        _readFeatures(ref _buffer);
        return FlowFeatures.Dense(in _buffer, ref _dense);
    }

    public ReadOnlySpan<int> Categories()
    {
        _readCategories?.Read(_categories);
        return _categories;
    }

    public ReadOnlySpan<float> Context()
    {
        if (_readContext is null)
            return [];
        _readContext(ref _context);
        return FlowFeatures.Dense(in _context, ref _denseContext);
    }
}
