using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>Adam with gradient-norm clipping, decoupled weight decay and a moving average of the weights, step by step the
/// managed <see cref="AdamOptimizer"/>, on one flat tensor.</summary>
/// <remarks>Not torch.optim's: its state cannot be copied to a slot and back in one operation, and it knows no moving
/// average.</remarks>
internal sealed class TorchAdam : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private readonly Scalar _beta1 = Beta1;
    private readonly Scalar _oneMinusBeta1 = 1 - Beta1;
    private readonly Scalar _beta2 = Beta2;
    private readonly Scalar _oneMinusBeta2 = 1 - Beta2;
    private readonly Scalar _epsilon = 1e-8;
    private readonly FlatParameters _parameters;
    private readonly TrainingSettings _settings;
    private readonly Scalar _averageDecay;
    private readonly Scalar _averageShare;
    private readonly Tensor _firstMoment;
    private readonly Tensor _secondMoment;
    private readonly Dictionary<WeightSlot, (Tensor[] State, int Steps)> _slots = [];
    private int _steps;

    public TorchAdam(FlatParameters parameters, TrainingSettings settings)
    {
        (_parameters, _settings) = (parameters, settings);
        (_averageDecay, _averageShare) = ((float)settings.AverageDecay, 1 - (float)settings.AverageDecay);
        Average = parameters.Values.clone().DetachFromDisposeScope();
        _firstMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
        _secondMoment = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>Exponential moving average of the weights.</summary>
    public Tensor Average { get; }

    private Tensor[] State => [_parameters.Values, Average, _firstMoment, _secondMoment];

    /// <summary>One step down the gradient, after clipping its norm.</summary>
    /// <returns>False when the gradient is not finite; nothing is changed then.</returns>
    public bool Step(double learningRate)
    {
        using DisposeScope scope = NewDisposeScope();
        using var guard = no_grad();
        Tensor gradient = _parameters.Gradient;
        double norm = ModuleTensors.ToArray(gradient.norm())[0];
        if (!double.IsFinite(norm))
            return false;

        _steps++;
        using Scalar clip = Math.Min(1, _settings.GradientClipNorm / Math.Max(norm, double.Epsilon));
        using Scalar rate = -(float)learningRate / (1 - Math.Pow(Beta1, _steps)),
        correction = 1 / Math.Sqrt(1 - Math.Pow(Beta2, _steps));
        if (_settings.WeightDecay > 0)
        {
            using Scalar keep = 1 - learningRate * _settings.WeightDecay;
            _parameters.Values.mul_(keep);
        }

        gradient.mul_(clip);
        _firstMoment.mul_(_beta1).add_(gradient, _oneMinusBeta1);
        _secondMoment.mul_(_beta2).addcmul_(gradient, gradient, _oneMinusBeta2);
        _parameters.Values.addcdiv_(_firstMoment, _secondMoment.sqrt().mul_(correction).add_(_epsilon, Scalars.One), rate);
        Average.mul_(_averageDecay).add_(_parameters.Values, _averageShare);
        return true;
    }

    public void Save(WeightSlot slot)
    {
        if (!_slots.TryGetValue(slot, out (Tensor[] State, int Steps) copy))
            copy.State = Array.ConvertAll(State, tensor => tensor.clone().DetachFromDisposeScope());
        else
            Copy(State, copy.State);
        _slots[slot] = (copy.State, _steps);
    }

    public void Restore(WeightSlot slot)
    {
        Copy(_slots[slot].State, State);
        _steps = _slots[slot].Steps;
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _slots.Values.SelectMany(copy => copy.State).Concat([Average, _firstMoment, _secondMoment]))
            tensor.Dispose();
    }

    private static void Copy(Tensor[] from, Tensor[] to)
    {
        using var guard = no_grad();
        for (int i = 0; i < from.Length; i++)
            to[i].copy_(from[i]);
    }
}
