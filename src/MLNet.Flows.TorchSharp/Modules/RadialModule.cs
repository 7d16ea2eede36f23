using MLNet.Flows.Bijections.Radial;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary><see cref="RadialLayer"/> under autograd, with the parameters of the managed layer in training.</summary>
internal sealed class RadialModule : BijectionModule
{
    private readonly Scalar _others;
    private readonly Scalar _smallestAlpha = TrainableRadialLayer.SmallestAlpha;
    private readonly Parameter _center;
    private readonly Parameter _a;
    private readonly Parameter _b;

    public RadialModule(int dimension, ReadOnlySpan<float> start)
        : base("radial")
    {
        _others = dimension - 1;
        _center = ModuleTensors.Parameter(start[..dimension], dimension);
        _a = ModuleTensors.Parameter(start.Slice(dimension, 1), 1);
        _b = ModuleTensors.Parameter(start[(dimension + 1)..], 1);
        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x)
    {
        Tensor u = x - _center, alpha = nn.functional.softplus(_a, 1).Plus(_smallestAlpha);
        Tensor beta = nn.functional.softplus(_b, 1) - alpha;
        Tensor h = u.Squared().sum(1).sqrt().Plus(alpha).reciprocal(), s = beta * h;
        return (x.Plus(s.unsqueeze(1) * u), (_others * log1p(s)).Plus(log1p(alpha * s * h)));
    }
}
