using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Planar;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A stack of K planar layers under autograd, layer by layer as the paper writes them, with the parameterization of the managed stack.</summary>
/// <remarks>z_k = z_(k-1) + uHat_k tanh(w_k.z_(k-1) + b_k), uHat = u + (m(w.u) - w.u) w / |w|^2 (<see cref="PlanarConstraint"/>),
/// log|det| = sum_k log(1 + m(w_k.u_k) (1 - tanh^2)). Rezende and Mohamed 2015, arXiv:1505.05770, eq. 10-12 and appendix A.1.</remarks>
internal sealed class PlanarModule : FlowModule
{
    private readonly int _dimension;
    private readonly int _layers;
    private readonly Parameter _w;
    private readonly Parameter _u;
    private readonly Parameter _b;
    private readonly Tensor? _mask;

    /// <param name="dimension">D.</param>
    /// <param name="layers">K.</param>
    /// <param name="start">[W (K x D) | U (K x D) | b (K)], raw, as in the managed stack in training.</param>
    /// <param name="mask">[K, D] of 0 and 1: columns that each layer acts on; null for all.</param>
    public PlanarModule(int dimension, int layers, ReadOnlySpan<float> start, float[]? mask = null)
        : base("planar")
    {
        (_dimension, _layers) = (dimension, layers);
        int size = layers * dimension;
        _w = ModuleTensors.Parameter(start[..size], layers, dimension);
        _u = ModuleTensors.Parameter(start.Slice(size, size), layers, dimension);
        _b = ModuleTensors.Parameter(start.Slice(2 * size, layers), layers);
        _mask = mask is null ? null : tensor(mask, [layers, dimension]);
        RegisterComponents();
    }

    public override (Tensor Latent, Tensor LogDet) forward(Tensor x)
    {
        if (_layers == 0)
            return (x, x.new_zeros(x.shape[0]));
        Tensor w = _mask is null ? _w : _w * _mask, u = _mask is null ? _u : _u * _mask;
        Tensor wDotU = (w * u).sum(1), wDotW = w.Squared().sum(1);
        Tensor c = logaddexp(wDotU.Plus(Scalars.PlanarBeta), zeros_like(wDotU)) - Scalars.PlanarFloor;
        Tensor uHat = u.Plus(((c - wDotU) / wDotW).unsqueeze(1) * w);

        Tensor z = x;
        var h = new Tensor[_layers];
        for (int k = 0; k < _layers; k++)
        {
            h[k] = tanh(z.matmul(w[k]).Plus(_b[k]));
            z = z.Plus(h[k].unsqueeze(1) * uHat[k]);
        }

        Tensor slope = (-stack(h, 1).Squared()).Plus(Scalars.One);
        Tensor logDet = log1p(c * slope).sum(1);
        return (z, logDet);
    }

    public override Bijection[] Freeze() =>
        [new TrainablePlanarStack(_dimension, _layers).Freeze([.. ModuleTensors.ToArray(_w), .. ModuleTensors.ToArray(_u), .. ModuleTensors.ToArray(_b)])];
}
