using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Calibration;

/// <summary>The increasing map that takes one sample of likelihoods to another of the same rows, quantile by quantile, and goes
/// on as a straight line beyond them.</summary>
/// <remarks>Two flows trained on the same rows rank them much alike, yet differ in how far out they put the last ones. The map
/// estimates what a likelihood under the one would be under the other.</remarks>
internal sealed class QuantileMap
{
    private readonly float[] _from;
    private readonly float[] _to;
    private readonly double _slopeBelow;
    private readonly double _slopeAbove;

    /// <param name="from">Rows' likelihoods under one flow, in any order, finite; taken over.</param>
    /// <param name="to">The same rows' under the other; taken over.</param>
    public QuantileMap(float[] from, float[] to)
    {
        SingleOrder.Sort(from);
        SingleOrder.Sort(to);
        (_from, _to) = (from, to);
        int count = from.Length, tenth = Math.Max(count / 10, 1);
        _slopeBelow = Slope(0..tenth, Math.Min(tenth, count - 1));
        _slopeAbove = Slope((count - tenth)..count, Math.Max(count - tenth - 1, 0));
    }

    /// <summary>What a likelihood under the one flow is under the other.</summary>
    public float Apply(float likelihood)
    {
        int last = _from.Length - 1;
        if (likelihood < _from[0])
            return (float)Math.Max(_to[0] + _slopeBelow * ((double)likelihood - _from[0]), float.MinValue);
        if (likelihood > _from[last])
            return (float)Math.Min(_to[last] + _slopeAbove * ((double)likelihood - _from[last]), float.MaxValue);

        // Equal ones are taken to the middle of theirs.
        int first = CountBelow(likelihood, orEqual: false), end = CountBelow(likelihood, orEqual: true) - 1;
        if (end >= first)
            return (float)(0.5 * ((double)_to[(first + end) / 2] + _to[(first + end + 1) / 2]));
        double share = ((double)likelihood - _from[end]) / ((double)_from[first] - _from[end]);
        return (float)(_to[end] + share * ((double)_to[first] - _to[end]));
    }

    private int CountBelow(float likelihood, bool orEqual)
    {
        int low = 0, high = _from.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_from[middle] < likelihood || (orEqual && _from[middle] == likelihood))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    // How many times as far out the outer values are: their mean distances from an inner one compared; 1 where they all are
    // equal.
    private double Slope(Range outer, int inner)
    {
        double ratio = Distance(_to, outer, inner) / Distance(_from, outer, inner);
        return ratio > 0 && double.IsFinite(ratio) ? ratio : 1;
    }

    private static double Distance(float[] sorted, Range outer, int inner)
    {
        double sum = 0;
        foreach (float value in sorted.AsSpan(outer))
            sum += Math.Abs(value - (double)sorted[inner]);
        return sum;
    }
}
