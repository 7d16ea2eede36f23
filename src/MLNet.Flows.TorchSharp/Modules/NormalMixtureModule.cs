using MLNet.Flows.Distributions;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>A mixture of M diagonal normals, with one scale for all or one each.</summary>
/// <remarks>log p(z) = logsumexp_m (log weight_m - 1/2 sum_d ((z_d - mean_md) / scale_md)^2 - sum_d log scale_md) - d/2 log(2
/// pi). The squares are multiplied out into matrix products, so that no [n, M, d] tensor is made: z^2 (1/scale^2)^T - 2 z
/// (mean/scale^2)^T + sum (mean/scale)^2. In single precision that loses digits where a point is far from 0 in scales; latent
/// points are not.</remarks>
internal sealed class NormalMixtureModule : BaseModule
{
    private readonly Scalar _constant;
    private readonly Parameter _logits;
    private readonly Parameter _mean;
    private readonly Parameter _logScale;

    /// <param name="managed">The distribution.</param>
    /// <param name="start">[logits (M) | means (M x d) | log-scales (d or M x d)].</param>
    public NormalMixtureModule(TrainableNormalMixture managed, float[] start)
        : base("normal_mixture")
    {
        int components = managed.Components, dimension = managed.Dimension;
        _constant = 0.5 * dimension * Math.Log(2 * Math.PI);
        _logits = ModuleTensors.Parameter(start.AsSpan(0, components), components);
        _mean = ModuleTensors.Parameter(start.AsSpan(components, components * dimension), components, dimension);
        _logScale = ModuleTensors.Parameter(
            start.AsSpan(components * (1 + dimension)), managed.SharedScale ? 1 : components, dimension);
        RegisterComponents();
    }

    public override Tensor forward(Tensor z) => Run(z, logShares: null);

    public override Tensor Run(Tensor z, Tensor? logShares)
    {
        Tensor logScale = Limited(_logScale);
        Tensor precision = exp(Scalars.MinusTwo * logScale).expand_as(_mean);
        Tensor weighted = _mean * precision;
        Tensor square = (z.Squared().matmul(precision.t()) - Scalars.Two * z.matmul(weighted.t()))
            .Plus((_mean * weighted).sum(1));
        Tensor constant = nn.functional.log_softmax(_logits, 0) - logScale.sum(1) - _constant;
        Tensor terms = constant.Plus(Scalars.MinusHalf * square);
        return logsumexp(logShares is null ? terms : terms.Plus(logShares), 1);
    }
}
