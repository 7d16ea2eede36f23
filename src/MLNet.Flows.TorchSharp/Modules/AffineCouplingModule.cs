using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.ScalarMaps;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>An affine coupling under autograd: passive columns stay, and a multilayer perceptron makes of them the scale and
/// shift of the others.</summary>
/// <remarks>z = x exp(s) + t with s = bound tanh(raw / bound); log|det| = sum s. The perceptron sees the passive columns,
/// clamped, and gives the raw log-scales and then the shifts of the active ones. Dinh, Sohl-Dickstein and Bengio 2017,
/// arXiv:1605.08803, eq. 7-9.</remarks>
internal sealed class AffineCouplingModule : BijectionModule
{
    private readonly int _active;
    private readonly ModuleList<DenseModule> _layers = new();
    private readonly Scalar _bound;
    private readonly Scalar _inverseBound;
    private readonly Scalar _lowestInput;
    private readonly Scalar _highestInput;
    private readonly Tensor _passiveColumns;
    private readonly Tensor _activeColumns;
    private readonly Tensor _order;

    /// <param name="managed">The coupling.</param>
    /// <param name="start">Layer by layer [W (outputs x inputs) | b].</param>
    public AffineCouplingModule(TrainableCoupling<AffineMap> managed, ReadOnlySpan<float> start)
        : base("affine_coupling")
    {
        CouplingParts<AffineMap> parts = managed.Parts;
        int[] passive = parts.Mask.Passive, active = parts.Mask.Active;
        _active = active.Length;
        (_bound, _inverseBound) = (parts.Map.LogScaleBound, 1 / parts.Map.LogScaleBound);
        (_lowestInput, _highestInput) = (-parts.InputBound, parts.InputBound);
        _passiveColumns = Indices(passive);
        _activeColumns = Indices(active);

        // Where each column stands among the passive ones followed by the active ones.
        var order = new int[managed.Dimension];
        foreach ((int position, int column) in passive.Concat(active).Index())
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

    public override (Tensor Z, Tensor LogDet) forward(Tensor x)
    {
        Tensor passive = x.index_select(1, _passiveColumns), h = passive.clamp(_lowestInput, _highestInput);
        for (int l = 0; l < _layers.Count; l++)
            h = _layers[l].call(l == 0 ? h : h.relu_());
        Tensor logScale = tanh(h.narrow(1, 0, _active) * _inverseBound) * _bound;
        Tensor active = addcmul(h.narrow(1, _active, _active), x.index_select(1, _activeColumns), exp(logScale), Scalars.One);
        return (cat([passive, active], 1).index_select(1, _order), logScale.sum(1));
    }

    private static Tensor Indices(int[] columns) =>
        tensor(Array.ConvertAll(columns, column => (long)column), [columns.Length]).clone();
}
