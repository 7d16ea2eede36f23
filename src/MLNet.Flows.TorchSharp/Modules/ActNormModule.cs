using MLNet.Flows.Bijections.Linear;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary><see cref="ActNorm"/> under autograd: z = (x - location) exp(-log-scale).</summary>
internal sealed class ActNormModule : BijectionModule
{
    private readonly Parameter _location;
    private readonly Parameter _logScale;

    /// <param name="dimension">D.</param>
    /// <param name="start">[location (D) | log-scale (D)].</param>
    public ActNormModule(int dimension, ReadOnlySpan<float> start)
        : base("actnorm")
    {
        _location = ModuleTensors.Parameter(start[..dimension], dimension);
        _logScale = ModuleTensors.Parameter(start[dimension..], dimension);
        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x)
    {
        Tensor logScale = _logScale.clamp(Scalars.LowestLogScale, Scalars.HighestLogScale);
        return ((x - _location) * exp(-logScale), -logScale.sum().expand(x.shape[0]));
    }
}
