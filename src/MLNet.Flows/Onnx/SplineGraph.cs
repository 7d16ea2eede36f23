using MLNet.Flows.Bijections.ScalarMaps;

namespace MLNet.Flows.Onnx;

/// <summary>Writes the rational-quadratic spline, step by step as <see cref="SplineMap"/> numbers them.</summary>
/// <remarks>Tensors are [n, bins or knots, a] until a value's bin is found, then [n, 1, a]. The bin is the number of inner knots
/// that are not beyond the value; what belongs to it is picked by that number.</remarks>
internal static class SplineGraph
{
    public static (OnnxValue Z, OnnxValue? LogSlope) Write(SplineMap map, OnnxValue x, OnnxValue parameters, int count)
    {
        int bins = map.Bins;
        float bound = map.Bound;
        OnnxValue raw = parameters.Reshape(map.ParameterCount, count), value = x.Clip(-bound, bound).Unsqueeze(1);

        // Steps 1 and 4.
        OnnxValue widths = Sizes(map, raw.Slice(0, bins)), heights = Sizes(map, raw.Slice(bins, bins));
        OnnxValue lefts = widths.SumsBefore() - bound, bottoms = heights.SumsBefore() - bound;
        OnnxValue number = value.IsBelow(lefts.Slice(1, bins - 1)).Not().ToSingle().Sum(), bin = number.ToInt64();
        OnnxValue isBeforeLast = number.IsBelow(bins - 1.5f);
        OnnxValue left = lefts.Pick(bin), bottom = bottoms.Pick(bin);
        OnnxValue w = isBeforeLast.Choose(widths.Pick(bin), bound - left);
        OnnxValue h = isBeforeLast.Choose(heights.Pick(bin), bound - bottom);

        // Step 2.
        OnnxValue slopes = raw.Slice(2 * bins, bins - 1).ZerosAround();
        OnnxValue d0 = Slope(slopes.Pick(bin)), d1 = Slope(slopes.Pick((number + 1).ToInt64()));

        // Step 3, as sums of positive terms.
        OnnxValue t = ((value - left) / w).Clip(0, 1), rest = 1 - t, p = t * rest, rise = h / w;
        OnnxValue d = (d0 + d1) * p + rise * (1 - p * 2), a = d0 * p + rise * t.Squared();
        OnnxValue n = d1 * t.Squared() + (d0 * rest.Squared() + rise * 2 * p);
        OnnxValue z = (h * (a / d) + bottom).Reshape(count), slope = rise / d;
        OnnxValue logSlope = (slope.Squared() * n).Log().Reshape(count);
        OnnxValue inside = x.Abs().IsBelow(bound);
        return (inside.Choose(z, x), inside.Choose(logSlope, x.Constant(0f)));
    }

    private static OnnxValue Sizes(SplineMap map, OnnxValue raw)
    {
        OnnxValue terms = (raw - raw.Largest()).Exp();
        return terms / terms.Sum() * map.Shared + map.SmallestBin;
    }

    private static OnnxValue Slope(OnnxValue raw)
    {
        OnnxValue shifted = raw + SplineMap.SlopeShift;
        return shifted.AtLeast(0) + ((-shifted.Abs()).Exp() + 1).Log() + SplineMap.Smallest;
    }
}
