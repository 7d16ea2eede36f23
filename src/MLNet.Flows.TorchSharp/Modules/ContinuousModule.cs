using MLNet.Flows.Bijections.Continuous;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary><see cref="ContinuousMap"/> under autograd: the same solver with the same stages, and the same exact
/// divergence.</summary>
internal sealed class ContinuousModule : BijectionModule
{
    private readonly ModuleList<DenseModule> _layers = new();
    private readonly int _dimension;
    private readonly int _steps;
    private readonly Scalar _halfBack;
    private readonly Scalar _back;
    private readonly Scalar _sixthBack;
    private readonly Scalar _thirdBack;

    // [2 N + 1, time features], from t = 1 to t = 0.
    private readonly Tensor _features;

    /// <param name="managed">The map.</param>
    /// <param name="start">Layer by layer [W (outputs x inputs) | b].</param>
    public ContinuousModule(TrainableContinuousMap managed, ReadOnlySpan<float> start)
        : base("continuous")
    {
        (_dimension, _steps) = (managed.Dimension, managed.Steps);
        double h = 1.0 / _steps;
        (_halfBack, _back, _sixthBack, _thirdBack) = (-h / 2, -h, -h / 6, -h / 3);
        int[] widths = managed.Widths;
        for (int l = 1; l < widths.Length; l++)
        {
            int size = (widths[l - 1] + 1) * widths[l];
            _layers.Add(new DenseModule(widths[l - 1], widths[l], start[..size]));
            start = start[size..];
        }

        var features = new float[(2 * _steps + 1) * TimeFeatures.Count];
        for (int i = 0; i <= 2 * _steps; i++)
            TimeFeatures.Of(1 - i / (2.0 * _steps), features.AsSpan(i * TimeFeatures.Count, TimeFeatures.Count));
        _features = tensor(features, [2 * _steps + 1, TimeFeatures.Count]).clone();
        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x) => Run(x, context: null);

    public override (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor? context)
    {
        Tensor y = x, logDet = x.new_zeros(x.shape[0]);
        for (int step = 0; step < _steps; step++)
        {
            Tensor point = y, moved = y;
            for (int i = 0; i < 4; i++)
            {
                Scalar share = i is 0 or 3 ? _sixthBack : _thirdBack;
                (Tensor v, Tensor divergence) = Evaluate(point, context, 2 * step + (i + 1) / 2);
                logDet = logDet.Plus(share * divergence);
                moved = moved.Plus(share * v);
                if (i < 3)
                    point = y.Plus((i < 2 ? _halfBack : _back) * v);
            }

            y = moved;
        }

        return (y, logDet);
    }

    /// <summary>v of points with their time features and context, [n, d + time features + context].</summary>
    public Tensor Velocity(Tensor inputs)
    {
        Tensor h = inputs;
        for (int l = 0; l < _layers.Count; l++)
            h = l < _layers.Count - 1 ? _layers[l].call(h).tanh() : _layers[l].call(h);
        return h;
    }

    private (Tensor V, Tensor Divergence) Evaluate(Tensor x, Tensor? context, int halfSteps)
    {
        Tensor time = _features.narrow(0, halfSteps, 1).expand(x.shape[0], TimeFeatures.Count);
        bool reads = _layers[0].Weights.shape[1] > _dimension + TimeFeatures.Count;
        Tensor first = _layers[0].call(cat(reads ? [x, time, context!] : [x, time], 1)).tanh();
        Tensor into = _layers[0].Weights.narrow(1, 0, _dimension);
        if (_layers.Count == 2)
        {
            Tensor diagonal = (into * _layers[1].Weights.t()).sum(1);
            return (_layers[1].call(first), Slope(first).mv(diagonal));
        }

        Tensor second = _layers[1].call(first).tanh();
        Tensor trace = _layers[1].Weights * into.mm(_layers[2].Weights).t();
        return (_layers[2].call(second), (Slope(second) * Slope(first).mm(trace.t())).sum(1));
    }

    private static Tensor Slope(Tensor tanh) => (-tanh.Squared()).Plus(Scalars.One);
}
