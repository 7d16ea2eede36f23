using MLNet.Flows.Distributions;

namespace MLNet.Flows.Onnx;

/// <summary>Writes the quantiles of the training rows: a step function, which is a regression tree of one split a step, and the
/// tail below the lowest.</summary>
/// <remarks>Steps are a little early, up to half of the way from the value before: another runtime rounds otherwise, and where
/// many rows are equally likely, as rows of categories are, one bit less would cost a row the share of them all.</remarks>
internal static class QuantileGraph
{
    // Of max(1, |value|): what single precision loses in a flow.
    private const float Rounding = 2e-6f;

    /// <summary>[n, 1]: the share of training weight at most this likely.</summary>
    public static OnnxValue PValue(LikelihoodQuantiles quantiles, OnnxValue ranked)
    {
        float lowest = quantiles.Values[0];
        OnnxValue below = Beyond(quantiles, (lowest - ranked).AtLeast(0)) * quantiles.ShareBelow;
        return ranked.IsBelow(Step(lowest, float.MinValue)).Choose(below, new Tree(quantiles).Of(ranked));
    }

    // Where the step to a value is, given the value before.
    private static float Step(float value, float before)
    {
        double early = Math.Max(value - Rounding * Math.Max(1, Math.Abs((double)value)), 0.5 * ((double)value + before));
        return (float)early > before ? (float)early : value;
    }

    // The tail's share at a distance, as (1 + slope nats)^(-1 / shape).
    private static OnnxValue Beyond(LikelihoodQuantiles quantiles, OnnxValue nats)
    {
        (ParetoTail tail, double start) = (quantiles.Tail, quantiles.TailStart);
        if (tail.Scale == 0)
            return nats * 0;
        if (tail.Shape < ParetoTail.LeastShape)
            return (-(nats * (1 / tail.Scale))).Exp();
        double slope = (double)tail.Shape / tail.Scale / (1 + (double)tail.Shape * start / tail.Scale);
        return (nats * (float)Math.Min(slope, float.MaxValue) + 1).Power(-1 / tail.Shape);
    }

    /// <summary>A balanced tree: a node asks whether its input is at least a value.</summary>
    private sealed class Tree
    {
        private readonly List<string> _modes = [];
        private readonly List<float> _values = [];
        private readonly List<long> _whereTrue = [];
        private readonly List<long> _whereFalse = [];
        private readonly List<long> _leaves = [];
        private readonly List<float> _shares = [];

        public Tree(LikelihoodQuantiles quantiles)
        {
            // Of equal values the last one's share counts.
            List<float> steps = [], shares = [0];
            for (int i = 0; i < quantiles.Values.Length; i++)
            {
                float value = quantiles.Values[i], before = i == 0 ? float.MinValue : quantiles.Values[i - 1];
                if (i == 0 || value != before)
                {
                    steps.Add(Step(value, before));
                    shares.Add(0);
                }

                shares[^1] = quantiles.Shares[i];
            }

            Add(steps, shares, 0, steps.Count);
        }

        public OnnxValue Of(OnnxValue input)
        {
            long[] zeros = new long[_modes.Count], leafZeros = new long[_leaves.Count];
            return input.MachineLearning(
                "TreeEnsembleRegressor",
                ("n_targets", 1L),
                ("nodes_treeids", zeros),
                ("nodes_nodeids", Enumerable.Range(0, _modes.Count).Select(i => (long)i).ToArray()),
                ("nodes_featureids", zeros),
                ("nodes_modes", _modes.ToArray()),
                ("nodes_values", _values.ToArray()),
                ("nodes_truenodeids", _whereTrue.ToArray()),
                ("nodes_falsenodeids", _whereFalse.ToArray()),
                ("nodes_missing_value_tracks_true", zeros),
                ("target_treeids", leafZeros),
                ("target_nodeids", _leaves.ToArray()),
                ("target_ids", leafZeros),
                ("target_weights", _shares.ToArray()));
        }

        // The node that tells the steps from first to last apart, given that step first - 1 is reached and step last is not.
        private long Add(List<float> steps, List<float> shares, int first, int last)
        {
            int node = _modes.Count, middle = (first + last) / 2;
            bool isLeaf = first == last;
            _modes.Add(isLeaf ? "LEAF" : "BRANCH_GTE");
            _values.Add(isLeaf ? 0 : steps[middle]);
            _whereTrue.Add(0);
            _whereFalse.Add(0);
            if (isLeaf)
            {
                _leaves.Add(node);
                _shares.Add(shares[first]);
                return node;
            }

            _whereTrue[node] = Add(steps, shares, middle + 1, last);
            _whereFalse[node] = Add(steps, shares, first, middle);
            return node;
        }
    }
}
