using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Explanation;

/// <summary>Where explanations start from: a likely point that is no training row.</summary>
/// <remarks>
/// The median of every column can be a row that cannot be: of one-hot columns it is all zeros, strange itself, so that a row's
/// strangeness was counted from there. So the centers of the base's components are taken back through the flow, constant columns
/// at their constants and categories at the commonest of the component, and the heaviest whose likelihood is above the median of
/// the training rows' is the reference. Where none
/// is (an overfitted flow, say), the likeliest of these centers and of 256 samples is. Cost: one inverse and one scoring per
/// candidate, 512 at most. Given a context every row has a reference of its own, the likeliest of the heaviest centers taken back
/// under it.
/// </remarks>
internal static class ReferencePoint
{
    private const int MaximumCandidates = 256;
    private const int Samples = 256;
    private const int Seed = 1;
    private const int CandidatesGivenContext = 8;

    /// <param name="density">The trained density.</param>
    /// <param name="logLikelihoods">Of the training rows under it; at least one.</param>
    public static ReferenceRow Of(FlowDensity density, ReadOnlySpan<float> logLikelihoods)
    {
        if (density.Context is ContextScale context)
            return Given(density, context.Mean);
        float[] sorted = logLikelihoods.ToArray();
        SingleOrder.Sort(sorted);
        float median = sorted[sorted.Length / 2];
        FlowWorkspace workspace = density.CreateWorkspace();
        ReferenceRow best = default;
        float highest = float.NegativeInfinity;
        foreach (ReferenceRow center in Centers(density, []))
        {
            float logLikelihood = Consider(center);
            if (logLikelihood > median)
                return center;
        }

        int features = density.FeatureCount, categories = density.CategoryColumns;
        var samples = new float[Samples * features];
        var codes = new int[Samples * categories];
        density.Sample(new RandomStream(Seed, RandomStreams.Draws), contexts: [], samples, codes);
        for (int i = 0; i < Samples; i++)
            Consider(new ReferenceRow(
                samples.AsSpan(i * features, features).ToArray(), codes.AsSpan(i * categories, categories).ToArray()));
        return best;

        float Consider(ReferenceRow point)
        {
            float logLikelihood = density.LogProbOfRow(point.Features, context: [], workspace, point.Categories);
            if (logLikelihood > highest)
                (best, highest) = (point, logLikelihood);
            return logLikelihood;
        }
    }

    /// <summary>A likely point given a context.</summary>
    /// <param name="density">The trained density, with a context.</param>
    /// <param name="context">[ContextColumns], finite, in original units.</param>
    public static ReferenceRow Given(FlowDensity density, ReadOnlySpan<float> context)
    {
        float[] given = context.ToArray(), standardized = context.ToArray();
        density.Context!.Apply(standardized);
        FlowWorkspace workspace = density.CreateWorkspace();
        return Centers(density, standardized).Take(CandidatesGivenContext)
            .MaxBy(center => density.LogProbOfRow(center.Features, given, workspace, center.Categories));
    }

    // The heaviest first, in original units, given a standardized context.
    private static IEnumerable<ReferenceRow> Centers(FlowDensity density, float[] context)
    {
        int[] active = density.Columns.ActiveColumns;
        var components = new Components();
        density.Accept(components);
        var heaviest = components.Found.OrderByDescending(each => each.Weight).Take(MaximumCandidates);
        foreach ((_, Transformed path, float[] center, int[] codes) in heaviest)
        {
            var back = new DoubleBlock(active.Length, context.Length);
            for (int c = 0; c < context.Length; c++)
                back.Context[c * RowBlock.Rows] = context[c];
            for (int d = 0; d < active.Length; d++)
                back.Values[d * RowBlock.Rows] = center[d];
            path.Inverse(back);

            var point = new float[density.FeatureCount];
            for (int j = 0; j < active.Length; j++)
                point[active[j]] = (float)Math.Clamp(back.Values[j * RowBlock.Rows], float.MinValue, float.MaxValue);
            for (int i = 0; i < density.Columns.ConstantColumns.Length; i++)
                point[density.Columns.ConstantColumns[i]] = density.Columns.ConstantValues[i];
            yield return new ReferenceRow(point, codes);
        }
    }

    // The components of all bases, each with the whole way from data to it.
    private sealed class Components : DensityVisitor
    {
        private readonly Stack<int> _outer = new();
        private readonly List<Bijection> _path = [];

        public List<(double Weight, Transformed Path, float[] Center, int[] Codes)> Found { get; } = [];

        public override void Visit(Bijection bijection) => _path.Add(bijection);

        public override void Enter(int member, int members) => _outer.Push(_path.Count);

        public override void Leave() => _path.RemoveRange(_outer.Peek(), _path.Count - _outer.Pop());

        public override void Visit(Distribution baseDistribution)
        {
            var path = new Transformed([.. _path], baseDistribution);
            Found.AddRange(baseDistribution switch
            {
                NormalMixture mixture => Enumerable.Range(0, mixture.Components).Select(m =>
                    ((double)mixture.Weights[m],
                    path,
                    mixture.Mean.Slice(m * mixture.Dimension, mixture.Dimension).ToArray(),
                    mixture.Categories?.Modes(m) ?? [])),
                LocationScaleDistribution single => [(1, path, single.Mean.ToArray(), [])],
                _ => throw new NotSupportedException($"A {baseDistribution.Kind} has no centers."),
            });
        }
    }
}
