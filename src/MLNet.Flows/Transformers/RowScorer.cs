using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Transformers;

/// <summary>Scores the row under a cursor, once per position, with buffers of its own.</summary>
internal sealed class RowScorer : IFlowRow
{
    private readonly DataViewRow _row;
    private readonly ValueGetter<VBuffer<float>> _readFeatures;
    private readonly FlowDensity _density;
    private readonly FlowWorkspace _workspace;
    private VBuffer<float> _buffer;
    private float[]? _dense;
    private long _position = -1;
    private float _logLikelihood;

    public RowScorer(DataViewRow row, FlowBindings bindings)
    {
        _row = row;
        _density = bindings.Model.Density;
        _workspace = _density.CreateWorkspace();
        _readFeatures = FeatureColumn.Reader(row, row.Schema[bindings.Features.Index], _density.FeatureCount);
    }

    public float LogLikelihood()
    {
        if (_row.Position == _position && _position >= 0)
            return _logLikelihood;
        ReadOnlySpan<float> features = Features();
        _position = _row.Position;
        return _logLikelihood = _density.LogProb(features, _workspace);
    }

    public ReadOnlySpan<float> Features()
    {
        _readFeatures(ref _buffer);
        return FlowFeatures.Dense(in _buffer, ref _dense);
    }
}
