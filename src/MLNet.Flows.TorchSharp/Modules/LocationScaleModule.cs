using MLNet.Flows.Distributions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>Independent columns with learned location and scale: normal, or Student-t with fixed degrees of freedom nu.</summary>
internal sealed class LocationScaleModule : BaseModule
{
    private readonly Scalar? _degreesOfFreedom;
    private readonly Scalar _slope;
    private readonly Scalar _constant;
    private readonly Parameter _location;
    private readonly Parameter _logScale;

    /// <param name="managed">The distribution.</param>
    /// <param name="start">[location (d) | log-scale (d)].</param>
    public LocationScaleModule(TrainableLocationScale managed, float[] start)
        : base("location_scale")
    {
        int dimension = managed.Dimension;
        double nu = managed.DegreesOfFreedom;
        bool normal = double.IsPositiveInfinity(nu);
        _degreesOfFreedom = normal ? null : nu;
        _slope = normal ? -0.5 : -0.5 * (nu + 1);
        _constant = dimension * (normal
            ? -0.5 * Math.Log(2 * Math.PI)
            : LogGamma.Of((nu + 1) / 2) - LogGamma.Of(nu / 2) - 0.5 * Math.Log(nu * Math.PI));
        _location = ModuleTensors.Parameter(start.AsSpan(0, dimension), dimension);
        _logScale = ModuleTensors.Parameter(start.AsSpan(dimension), dimension);
        RegisterComponents();
    }

    public override Tensor forward(Tensor z)
    {
        Tensor logScale = Limited(_logScale);
        Tensor square = ((z - _location) * exp(-logScale)).Squared();
        Tensor perColumn = _degreesOfFreedom is null ? square : log1p(square / _degreesOfFreedom);
        return (_slope * perColumn.sum(1) - logScale.sum()).Plus(_constant);
    }
}
