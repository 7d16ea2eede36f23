using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Explanation;

/// <summary>Where explanations start from: a likely point that is no training row.</summary>
/// <remarks>
/// The median of every column can be a row that cannot be: of one-hot columns it is all zeros, strange itself, so that a row's strangeness was counted
/// from there. So the centers of the base's components are taken back through the flow, constant columns at their constants, and the heaviest whose
/// likelihood is above the median of the training rows' is the reference. Where none is (an overfitted flow, say), the likeliest of these centers and of 256
/// samples is. Cost: one inverse and one scoring per candidate, 512 at most.
/// </remarks>
internal static class ReferencePoint
{
    private const int MaximumCandidates = 256;
    private const int Samples = 256;
    private const int Seed = 1;

    /// <param name="density">The trained density.</param>
    /// <param name="logLikelihoods">Of the training rows under it; at least one.</param>
    /// <returns>[FeatureCount], finite, in original units.</returns>
    public static float[] Of(FlowDensity density, ReadOnlySpan<float> logLikelihoods)
    {
        float[] sorted = logLikelihoods.ToArray();
        Array.Sort(sorted);
        float median = sorted[sorted.Length / 2];
        FlowWorkspace workspace = density.CreateWorkspace();
        float[] best = [];
        float highest = float.NegativeInfinity;
        foreach (float[] center in Centers(density))
        {
            float logLikelihood = Consider(center);
            if (logLikelihood > median)
                return center;
        }

        var samples = new float[Samples * density.FeatureCount];
        density.Sample(new RandomStream(Seed), samples);
        foreach (float[] sample in samples.Chunk(density.FeatureCount))
            Consider(sample);
        return best;

        float Consider(float[] point)
        {
            float logLikelihood = density.LogProb(point, workspace);
            if (logLikelihood > highest)
                (best, highest) = (point, logLikelihood);
            return logLikelihood;
        }
    }

    // The heaviest first, in original units.
    private static IEnumerable<float[]> Centers(FlowDensity density)
    {
        int[] active = density.Columns.ActiveColumns;
        foreach ((_, Bijection[] path, float[] center) in Components(density.Chain, []).OrderByDescending(each => each.Weight).Take(MaximumCandidates))
        {
            var back = new DoubleBlock(active.Length);
            for (int d = 0; d < active.Length; d++)
                back.Values[d * RowBlock.Rows] = center[d];
            foreach (Bijection bijection in path.Reverse())
                bijection.Inverse(back);

            var point = new float[density.FeatureCount];
            for (int j = 0; j < active.Length; j++)
                point[active[j]] = (float)Math.Clamp(back.Values[j * RowBlock.Rows], float.MinValue, float.MaxValue);
            for (int i = 0; i < density.Columns.ConstantColumns.Length; i++)
                point[density.Columns.ConstantColumns[i]] = density.Columns.ConstantValues[i];
            yield return point;
        }
    }

    // With the bijections between the density's own and the component's distribution.
    private static IEnumerable<(double Weight, Bijection[] Path, float[] Center)> Components(Distribution distribution, Bijection[] path) => distribution switch
    {
        UniformMixture mixture => mixture.Members.SelectMany(member => Components(member, path)),
        Transformed flow => Components(flow.Base, [.. path, .. flow.Bijections]),
        NormalMixture normals => Enumerable.Range(0, normals.Components).Select(m =>
            ((double)normals.Weights[m], path, normals.Mean.Slice(m * normals.Dimension, normals.Dimension).ToArray())),
        LocationScaleDistribution single => [(1, path, single.Mean.ToArray())],
        _ => throw new NotSupportedException($"A {distribution.Kind} has no centers."),
    };
}
