using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Members;

/// <summary>Drops from each flow of a mixture the clusters that most of the others find nothing at.</summary>
/// <remarks>
/// Whether a cluster of anomalies is light enough to be dropped depends on how a flow's components happen to share it out, and
/// one flow in which it is not would make its rows normal for the whole mixture. So the center of every component, taken back
/// through its flow, is shown to the others: it stays unless their median likelihood there is below its own flow's by more than 8
/// nats a column, what a row loses that lies four standard deviations out in every column. A rare kind of normal row is seldom
/// that far from all others.
/// </remarks>
internal static class ClusterAgreement
{
    private const double FarPerColumn = 8;

    // A value that a component has none of costs a row about five nats, whatever the value.
    private const double FarPerCategory = 2;
    private const int FewestMembers = 3;

    /// <summary>The members without those components; each keeps at least the one that is least far. Fewer than three have no
    /// majority, and stay as they are.</summary>
    public static Transformed[] DropDisputedComponents(Transformed[] members) =>
        members.Length < FewestMembers
            ? members
            : [.. members.Select(member => member.Base is NormalMixture mixture ? Agreed(member, mixture, members) : member)];

    private static Transformed Agreed(Transformed member, NormalMixture mixture, Transformed[] members)
    {
        double[] distances = Distances(member, mixture, members);
        double limit = Math.Max(
            FarPerColumn * mixture.Dimension + FarPerCategory * mixture.CategoryColumns, distances.Min());
        int[] kept = [.. Enumerable.Range(0, mixture.Components).Where(m => !(distances[m] > limit))];
        return kept.Length == mixture.Components ? member : new Transformed(member.Bijections, mixture.Take(kept));
    }

    // Per component, nats by which its center is less likely to the median of the others than to its own flow.
    private static double[] Distances(Transformed member, NormalMixture mixture, Transformed[] members)
    {
        var distances = new double[mixture.Components];
        int scratch = members.Max(each => each.ScratchColumns), context = members.Max(each => each.ContextColumns);
        for (int first = 0; first < distances.Length; first += RowBlock.Rows)
        {
            RowBlock centers = Centers(member, mixture, first, scratch, context);
            member.LogProb(centers);
            float[] own = centers.LogProb.Span.ToArray();
            var others = new List<float[]>();
            foreach (Transformed other in members.Where(other => other != member))
            {
                other.LogProb(centers);
                others.Add(centers.LogProb.Span.ToArray());
            }

            for (int r = 0; r < centers.Count; r++)
                distances[first + r] = own[r] - (double)others.Select(each => each[r]).Order().ElementAt(others.Count / 2);
        }

        return distances;
    }

    // The next centers, at most 64, with the categories that are commonest there, taken back to where the flow starts, given the
    // mean context, which is 0.
    private static RowBlock Centers(
        Transformed member, NormalMixture mixture, int first, int scratchColumns, int contextColumns)
    {
        int d = mixture.Dimension;
        var back = new DoubleBlock(d, contextColumns);
        var centers = new RowBlock(
            d, scratchColumns, contextColumns: contextColumns, categoryColumns: mixture.CategoryColumns)
        {
            Count = Math.Min(RowBlock.Rows, mixture.Components - first),
        };
        for (int r = 0; r < centers.Count; r++)
        {
            for (int i = 0; i < d; i++)
                back.Values[i * RowBlock.Rows + r] = mixture.Mean[(first + r) * d + i];
            mixture.Categories?.Modes(first + r).CopyTo(centers.Categories!.Row(r));
        }

        member.Inverse(back);
        for (int i = 0; i < back.Values.Length; i++)
            centers.Values[i] = (float)back.Values[i];
        return centers;
    }
}
