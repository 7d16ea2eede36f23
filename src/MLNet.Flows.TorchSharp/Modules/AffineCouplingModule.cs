using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Numerics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>An affine coupling layer under autograd: passive columns stay, and a multilayer perceptron makes of them the scale and shift of the others.</summary>
/// <remarks>z = x exp(s) + t with s = bound tanh(raw / bound); raw and t come from the passive columns and are 0 on them; log|det| = sum s. Columns are told apart
/// by masks on whole rows: no column is moved. The last layer starts at 0, so that the coupling starts as the identity. Dinh, Sohl-Dickstein and
/// Bengio 2017, arXiv:1605.08803, eq. 7-9.</remarks>
internal sealed class AffineCouplingModule : FlowModule
{
    /// <summary>The perceptron sees columns within this many standard deviations. Beyond, where hardly a row was in training, its pieces would run on as straight
    /// lines, and couplings in a row multiply their slopes: one such row of 20,000 can then decide the mean likelihood of all.</summary>
    public const float InputBound = 3;

    private readonly int _dimension;
    private readonly int[] _passive;
    private readonly int[] _active;
    private readonly ModuleList<Linear> _layers;
    private readonly float _logScaleBound;
    private readonly Scalar _inverseBound;
    private readonly Tensor _lowest;
    private readonly Tensor _highest;
    private readonly Tensor _activeColumns;
    private readonly Tensor _boundOfActive;

    /// <param name="dimension">D.</param>
    /// <param name="passive">Columns that stay, ascending.</param>
    /// <param name="hidden">Units of each hidden layer.</param>
    /// <param name="logScaleBound">Log-scales stay within this distance of 0.</param>
    /// <param name="random">Draws the starting weights.</param>
    public AffineCouplingModule(int dimension, int[] passive, int[] hidden, float logScaleBound, RandomStream random)
        : base("affine_coupling")
    {
        _dimension = dimension;
        _logScaleBound = logScaleBound;
        _inverseBound = 1 / logScaleBound;
        _passive = passive;
        _active = [.. Enumerable.Range(0, dimension).Except(passive)];
        var mask = new float[dimension];
        foreach (int column in passive)
            mask[column] = 1;
        _highest = tensor(Array.ConvertAll(mask, m => m * InputBound), [dimension]).clone();
        _lowest = _highest.neg();
        _activeColumns = tensor(Array.ConvertAll(mask, m => 1 - m), [dimension]).clone();
        _boundOfActive = tensor(Array.ConvertAll(mask, m => (1 - m) * logScaleBound), [dimension]).clone();
        int[] widths = [dimension, .. hidden, 2 * dimension];
        _layers = new ModuleList<Linear>([.. Enumerable.Range(0, widths.Length - 1).Select(i => Layer(widths[i], widths[i + 1], i == widths.Length - 2, i == 0 ? passive.Length : widths[i], random))]);
        RegisterComponents();
    }

    public override (Tensor Latent, Tensor LogDet) forward(Tensor x)
    {
        Tensor h = x.clamp(_lowest, _highest);
        for (int i = 0; i < _layers.Count; i++)
            h = nn.functional.linear(i == 0 ? h : h.relu_(), _layers[i].weight!, _layers[i].bias);
        Tensor logScale = tanh(h.narrow(1, 0, _dimension) * _inverseBound) * _boundOfActive;
        Tensor shift = h.narrow(1, _dimension, _dimension) * _activeColumns;
        return (addcmul(shift, x, exp(logScale), Scalars.One), logScale.sum(1));
    }

    public override Bijection[] Freeze()
    {
        DenseLayer[] layers = [.. _layers.Select(Dense)];

        // The mask's zeros are left out: inputs are the passive columns, outputs the active ones' raw log-scales and shifts.
        layers[0] = new DenseLayer(_passive.Length, layers[0].Outputs, Columns(layers[0], _passive), layers[0].Biases.ToArray());
        int[] rows = [.. _active, .. _active.Select(column => _dimension + column)];
        DenseLayer last = layers[^1];
        layers[^1] = new DenseLayer(
            last.Inputs,
            rows.Length,
            [.. rows.SelectMany(row => last.Weights.Slice(row * last.Inputs, last.Inputs).ToArray())],
            [.. rows.Select(row => last.Biases[row])]);
        return [new AffineCoupling(_dimension, _passive, new MultilayerPerceptron(layers), _logScaleBound, InputBound)];
    }

    private static DenseLayer Dense(Linear layer) =>
        new((int)layer.in_features, (int)layer.out_features, ModuleTensors.ToArray(layer.weight!), ModuleTensors.ToArray(layer.bias!));

    private static float[] Columns(DenseLayer layer, int[] columns)
    {
        float[] weights = layer.Weights.ToArray();
        return [.. Enumerable.Range(0, layer.Outputs).SelectMany(row => columns.Select(column => weights[row * layer.Inputs + column]))];
    }

    // He's uniform start for rectified units; 0 for the last layer.
    private static Linear Layer(int inputs, int outputs, bool last, int fanIn, RandomStream random)
    {
        Linear layer = nn.Linear(inputs, outputs);
        double bound = last ? 0 : Math.Sqrt(6.0 / Math.Max(fanIn, 1));
        float[] weights = [.. Enumerable.Range(0, inputs * outputs).Select(_ => (float)(bound * (2 * random.NextDouble() - 1)))];
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        layer.weight!.copy_(tensor(weights, [outputs, inputs]));
        layer.bias!.zero_();
        return layer;
    }
}
