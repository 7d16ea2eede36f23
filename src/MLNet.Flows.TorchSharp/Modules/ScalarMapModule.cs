using MLNet.Flows.Bijections.ScalarMaps;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>An <see cref="IScalarMap"/> under autograd; without parameters of its own.</summary>
internal abstract class ScalarMapModule
{
    /// <param name="x">[n, k], the active columns.</param>
    /// <param name="parameters">[n, parameters x k], parameter by parameter.</param>
    /// <returns>z [n, k] and the sum of log-slopes [n].</returns>
    public abstract (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor parameters);
}

/// <summary>z = x + t.</summary>
internal sealed class AdditiveModule : ScalarMapModule
{
    public override (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor parameters) => (x.Plus(parameters), x.new_zeros(x.shape[0]));
}

/// <summary>z = x exp(s) + t with s = bound tanh(raw / bound); parameters (raw, t). Dinh, Sohl-Dickstein and Bengio 2017,
/// arXiv:1605.08803, eq. 7-9.</summary>
internal sealed class AffineModule(AffineMap map) : ScalarMapModule
{
    private readonly Scalar _bound = map.LogScaleBound;
    private readonly Scalar _inverseBound = 1 / map.LogScaleBound;

    public override (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor parameters)
    {
        long active = x.shape[1];
        Tensor logScale = tanh(parameters.narrow(1, 0, active) * _inverseBound) * _bound;
        return (addcmul(parameters.narrow(1, active, active), x, exp(logScale), Scalars.One), logScale.sum(1));
    }
}
