using MLNet.Flows.Bijections.ScalarMaps;
using TorchSharp;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary><see cref="SplineMap"/> under autograd: knots by cumulative sums, each value's bin by a search among them.</summary>
/// <remarks>Durkan, Bekasov, Murray and Papamakarios 2019, arXiv:1906.04032, section 3.1.</remarks>
internal sealed class SplineModule(SplineMap map) : ScalarMapModule
{
    private static readonly Scalar FirstKnot = 1L;
    private readonly int _bins = map.Bins;
    private readonly Scalar _lastKnot = (long)map.Bins;
    private readonly Scalar _bound = map.Bound;
    private readonly Scalar _lowest = -map.Bound;
    private readonly Scalar _shared = 2 * map.Bound * (1 - map.Bins * (double)SplineMap.Smallest);
    private readonly Scalar _smallestBin = 2 * map.Bound * (double)SplineMap.Smallest;
    private readonly Scalar _smallest = (double)SplineMap.Smallest;
    private readonly Scalar _slopeShift = Math.Log(Math.Exp(1 - (double)SplineMap.Smallest) - 1);

    public override (Tensor Z, Tensor LogDet) Run(Tensor x, Tensor parameters)
    {
        long rows = x.shape[0], active = x.shape[1];

        // [n, k, parameter].
        Tensor raw = parameters.reshape(rows, -1, active).transpose(1, 2);
        Tensor inside = x.abs().lt(_bound), value = x.clamp(_lowest, _bound).unsqueeze(2);
        Tensor widths = Sizes(raw.narrow(2, 0, _bins)), heights = Sizes(raw.narrow(2, _bins, _bins));
        Tensor edge = raw.new_ones(rows, active, 1);
        Tensor inner = nn.functional.softplus(raw.narrow(2, 2 * _bins, _bins - 1).Plus(_slopeShift), 1, 40).Plus(_smallest);
        Tensor slopes = cat([edge, inner, edge], 2);
        Tensor lefts = Starts(widths), bottoms = Starts(heights);

        // The last knot that is not beyond the value.
        Tensor next = lefts.le(value).sum(2, keepdim: true).clamp(FirstKnot, _lastKnot), bin = next - FirstKnot;
        Tensor w = widths.gather(2, bin), h = heights.gather(2, bin);
        Tensor d0 = slopes.gather(2, bin), d1 = slopes.gather(2, next);
        Tensor t = (value - lefts.gather(2, bin)) / w, rest = t.neg().Plus(Scalars.One), p = t * rest, s = h / w;
        Tensor d = s.Plus((d0.Plus(d1) - s * Scalars.Two) * p);
        Tensor n = (d1 * t.Squared()).Plus(s * p * Scalars.Two).Plus(d0 * rest.Squared());
        Tensor z = bottoms.gather(2, bin).Plus(h * (s * t.Squared()).Plus(d0 * p) / d).squeeze(2);
        Tensor logSlope = (n.log().Plus((s / d).log() * Scalars.Two)).squeeze(2);
        return (where(inside, z, x), where(inside, logSlope, logSlope.new_zeros(1)).sum(1));
    }

    private Tensor Sizes(Tensor raw) => (raw.softmax(2) * _shared).Plus(_smallestBin);

    // Where each bin begins.
    private Tensor Starts(Tensor sizes) => (sizes.cumsum(2) - sizes).Plus(_lowest);
}
