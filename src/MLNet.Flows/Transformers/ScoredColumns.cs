using Microsoft.ML;

namespace MLNet.Flows.Transformers;

/// <summary>The output columns over one input row or cursor: the input's pass through, the flow's are scored on demand.</summary>
internal sealed class ScoredColumns
{
    private readonly DataViewRow _input;
    private readonly FlowBindings _bindings;
    private readonly bool[] _active;
    private readonly Delegate?[] _getters = new Delegate?[Enum.GetValues<FlowOutput>().Length];
    private RowScorer? _scorer;

    public ScoredColumns(DataViewRow input, FlowBindings bindings, IEnumerable<DataViewSchema.Column> active)
    {
        _input = input;
        _bindings = bindings;
        _active = new bool[bindings.OutputSchema.Count];
        foreach (DataViewSchema.Column column in active)
            _active[column.Index] = true;
    }

    public bool IsActive(DataViewSchema.Column column) => column.Index < _active.Length && _active[column.Index];

    public ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
            throw new InvalidOperationException(
                $"Column '{column.Name}' was not asked for when the cursor was opened. Name it among the columns needed.");
        if (_bindings.Output(column) is not FlowOutput output)
            return _input.GetGetter<TValue>(_input.Schema[column.Index]);
        _scorer ??= new RowScorer(_input, _bindings);
        return FlowGetters.Cast<TValue>(_getters[(int)output] ??= FlowGetters.Create(output, _bindings.Model, _scorer), column);
    }
}
