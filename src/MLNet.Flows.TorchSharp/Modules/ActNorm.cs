using MLNet.Flows.Bijections;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A learned location and scale of every column, that starts as the standardization of the first rows: z = (x - location) exp(-log-scale).</summary>
/// <remarks>Kingma and Dhariwal 2018, arXiv:1807.03039, section 3.1.</remarks>
internal sealed class ActNorm : FlowModule
{
    private readonly Parameter _location;
    private readonly Parameter _logScale;

    public ActNorm(int dimension)
        : base("actnorm")
    {
        _location = new Parameter(zeros(dimension));
        _logScale = new Parameter(zeros(dimension));
        RegisterComponents();
    }

    private Tensor LogScale => _logScale.clamp(Scalars.LowestLogScale, Scalars.HighestLogScale);

    public override void Initialize(Tensor rows)
    {
        _location.copy_(rows.mean([0]));
        _logScale.copy_(Scalars.Half * log(rows.var(0, unbiased: false).Plus(Scalars.StartingVariance)));
    }

    public override (Tensor Latent, Tensor LogDet) forward(Tensor x)
    {
        Tensor logScale = LogScale;
        return ((x - _location) * exp(-logScale), -logScale.sum().expand(x.shape[0]));
    }

    public override Bijection[] Freeze() => [new Standardization(ModuleTensors.ToArray(_location), ModuleTensors.ToArray(exp(LogScale)))];
}
