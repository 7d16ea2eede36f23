using MLNet.Flows.Bijections.Conditioned;
using MLNet.Flows.Bijections.Conditioners;
using MLNet.Flows.Bijections.ScalarMaps;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A coupling or an autoregressive map under autograd: a perceptron makes of the columns that it sees the parameters of
/// a scalar map of the active ones, and the others stay.</summary>
/// <remarks>Masked weights of an autoregressive map are among the parameters, at 0: the engine masks their gradient.</remarks>
internal sealed class ConditionedModule<TMap> : BijectionModule
    where TMap : struct, IScalarMap
{
    private readonly ScalarMapModule _map;
    private readonly ModuleList<DenseModule> _layers = new();
    private readonly Scalar _lowestInput;
    private readonly Scalar _highestInput;
    private readonly MultilayerPerceptron _perceptron;
    private readonly Tensor _inputColumns;
    private readonly Tensor _otherColumns;
    private readonly Tensor _activeColumns;
    private readonly Tensor _order;

    /// <param name="managed">The bijection.</param>
    /// <param name="start">Layer by layer [W (outputs x inputs) | b].</param>
    /// <param name="map">The scalar map.</param>
    public ConditionedModule(TrainableConditioned<TMap> managed, ReadOnlySpan<float> start, ScalarMapModule map)
        : base("conditioned")
    {
        ConditionedParts<TMap> parts = managed.Parts;
        int[] active = parts.Active, others = [.. Enumerable.Range(0, parts.Dimension).Except(active)];
        (_map, _perceptron) = (map, parts.Conditioner);
        (_lowestInput, _highestInput) = (-parts.InputBound, parts.InputBound);
        _inputColumns = Indices(parts.Inputs);
        _otherColumns = Indices(others);
        _activeColumns = Indices(active);

        // Where each column stands among the others followed by the active ones.
        var order = new int[managed.Dimension];
        foreach ((int position, int column) in others.Concat(active).Index())
            order[column] = position;
        _order = Indices(order);

        int[] widths = managed.Conditioner.Widths;
        for (int l = 1; l < widths.Length; l++)
        {
            int size = (widths[l - 1] + 1) * widths[l];
            _layers.Add(new DenseModule(widths[l - 1], widths[l], start[..size]));
            start = start[size..];
        }

        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x) => Run(x, context: null);

    public override (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor? context)
    {
        Tensor seen = x.index_select(1, _inputColumns).clamp(_lowestInput, _highestInput);
        Tensor h = context is null ? seen : cat([context, seen], 1);
        Tensor beforeBlock = h;
        for (int l = 0; l < _layers.Count; l++)
        {
            h = _layers[l].call(h);
            if (_perceptron.EndsBlock(l))
                h = h.Plus(beforeBlock);
            if (l < _layers.Count - 1)
                h = h.relu();
            if (l % 2 == 0)
                beforeBlock = h;
        }

        (Tensor active, Tensor logDet) = _map.Run(x.index_select(1, _activeColumns), h);
        return (cat([x.index_select(1, _otherColumns), active], 1).index_select(1, _order), logDet);
    }

    private static Tensor Indices(int[] columns) =>
        tensor(Array.ConvertAll(columns, column => (long)column), [columns.Length]).clone();
}
