using MLNet.Flows.Bijections.Planar;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A stack of K planar layers under autograd, layer by layer as the paper writes them, with the parameterization of the
/// managed stack.</summary>
/// <remarks>z_k = z_(k-1) + uHat_k tanh(w_k.z_(k-1) + b_k), uHat = u + (m(w.u) - w.u) w / |w|^2 (<see cref="PlanarConstraint"/>),
/// log|det| = sum_k log(1 + m(w_k.u_k) (1 - tanh^2)). Rezende and Mohamed 2015, arXiv:1505.05770, eq. 10-12 and appendix
/// A.1.</remarks>
internal sealed class PlanarModule : BijectionModule
{
    private readonly int _layers;
    private readonly Parameter _w;
    private readonly Parameter _u;
    private readonly Parameter _b;

    /// <param name="managed">The stack.</param>
    /// <param name="start">[W (K x D) | U (K x D) | b (K)], raw.</param>
    public PlanarModule(TrainablePlanarStack managed, ReadOnlySpan<float> start)
        : base("planar")
    {
        _layers = managed.Layers;
        int size = _layers * managed.Dimension;
        _w = ModuleTensors.Parameter(start[..size], _layers, managed.Dimension);
        _u = ModuleTensors.Parameter(start.Slice(size, size), _layers, managed.Dimension);
        _b = ModuleTensors.Parameter(start.Slice(2 * size, _layers), _layers);
        RegisterComponents();
    }

    public override (Tensor Z, Tensor LogDet) forward(Tensor x)
    {
        if (_layers == 0)
            return (x, x.new_zeros(x.shape[0]));
        Tensor wDotU = (_w * _u).sum(1), wDotW = _w.Squared().sum(1);
        Tensor c = logaddexp(wDotU.Plus(Scalars.PlanarBeta), zeros_like(wDotU)) - Scalars.PlanarFloor;
        Tensor uHat = _u.Plus(((c - wDotU) / wDotW).unsqueeze(1) * _w);

        Tensor z = x;
        var h = new Tensor[_layers];
        for (int k = 0; k < _layers; k++)
        {
            h[k] = tanh(z.matmul(_w[k]).Plus(_b[k]));
            z = z.Plus(h[k].unsqueeze(1) * uHat[k]);
        }

        Tensor slope = (-stack(h, 1).Squared()).Plus(Scalars.One);
        Tensor logDet = log1p(c * slope).sum(1);
        return (z, logDet);
    }
}
