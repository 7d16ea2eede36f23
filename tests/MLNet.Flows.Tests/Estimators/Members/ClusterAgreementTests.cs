using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Members;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Bijections.Planar;

namespace MLNet.Flows.Tests.Estimators.Members;

/// <summary>Members that are made by hand, each of layers of its own, with components at points of the data.</summary>
public sealed class ClusterAgreementTests
{
    private const int Members = 5;
    private static readonly float[][] Normal = [[0, 0], [3, 1]];
    private static readonly float[] Far = [30, -30];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(5, true)]
    public void DropDisputedComponents_OnAFarCluster_KeepsItWhereMostMembersHaveIt(int holders, bool kept)
    {
        Transformed[] members = [.. Enumerable.Range(0, Members).Select(m => Member(m, m < holders ? [.. Normal, Far] : Normal))];

        Transformed[] agreed = ClusterAgreement.DropDisputedComponents(members);

        Assert.Equal(members.Select((_, m) => kept && m < holders ? 3 : 2), agreed.Select(Components));
        for (int m = 0; m < Members; m++)
        {
            float before = LogProb(members[m], Far), after = LogProb(agreed[m], Far);
            Assert.True(kept || m >= holders ? after == before : after < before - 50, $"member {m}: {before} became {after}");
            foreach (float[] point in Normal)
                Assert.InRange(LogProb(agreed[m], point) - LogProb(members[m], point), -1e-4, Math.Log(3.0 / 2) + 1e-4);
        }
    }

    [Fact]
    public void DropDisputedComponents_OnARareClusterNearOthers_KeepsItThoughOneMemberHasIt()
    {
        Transformed[] members = [.. Enumerable.Range(0, Members).Select(m => Member(m, m == 2 ? [.. Normal, [5, 3]] : Normal))];

        Assert.Equal(members, ClusterAgreement.DropDisputedComponents(members));
    }

    [Fact]
    public void DropDisputedComponents_OfTwoMembers_HasNoMajority()
    {
        Transformed[] members = [Member(0, [.. Normal, Far]), Member(1, Normal)];

        Assert.Equal(members, ClusterAgreement.DropDisputedComponents(members));
    }

    [Fact]
    public void DropDisputedComponents_WhereNoMemberKnowsTheOthersClusters_KeepsTheNearest()
    {
        Transformed[] members =
            [.. Enumerable.Range(0, 3).Select(m => Member(m, [[200 * m, 0], [0, 900 + 400 * m], [0, -900 - 400 * m]]))];

        Transformed[] agreed = ClusterAgreement.DropDisputedComponents(members);

        Assert.Equal([1, 1, 1], agreed.Select(Components));
        for (int m = 0; m < 3; m++)
            Assert.True(LogProb(agreed[m], [200 * m, 0]) > -10);
    }

    [Fact]
    public void DropDisputedComponents_OnMoreComponentsThanABlockHolds_DropsTheFarOnes()
    {
        float[][] many = [.. Enumerable.Range(0, 70).Select(i => (float[])[i % 10 - 5, i / 10 - 3])];
        Transformed[] members = [.. Enumerable.Range(0, Members).Select(m => Member(m, m == 1 ? [Far, .. many, Far] : many))];

        Transformed[] agreed = ClusterAgreement.DropDisputedComponents(members);

        Assert.All(agreed, member => Assert.Equal(70, Components(member)));
        Assert.True(LogProb(agreed[1], Far) < LogProb(members[1], Far) - 50);
    }

    [Fact]
    public void DropDisputedComponents_OfMembersWithoutComponents_LeavesThemAlone()
    {
        Transformed[] members =
            [.. Enumerable.Range(0, 3).Select(m => new Transformed([Layers(m)], new DiagonalNormal([100 * m, 0], [1, 1])))];

        Assert.Equal(members, ClusterAgreement.DropDisputedComponents(members));
    }

    private static PlanarStack Layers(int member) =>
        new TrainablePlanarStack(2, 3).Freeze(PlanarReference.RandomParameters(2, 3, 50 + member, 0.5));

    // Components of deviation 1 whose centers, in the data, are those.
    private static Transformed Member(int member, float[][] centers)
    {
        PlanarStack layers = Layers(member);
        float[] latent = [.. centers.SelectMany(center =>
        {
            var block = new RowBlock(2, layers.ScratchColumns) { Count = 1 };
            (block.Values[0], block.Values[RowBlock.Rows]) = (center[0], center[1]);
            layers.Forward(block);
            return new[] { block.Values[0], block.Values[RowBlock.Rows] };
        })];
        return new Transformed([layers], new NormalMixture(2, [.. centers.Select(_ => 1f)], latent, [1, 1]));
    }

    private static int Components(Transformed member) => ((NormalMixture)member.Base).Components;

    private static float LogProb(Transformed member, float[] point)
    {
        var block = new RowBlock(2, member.ScratchColumns) { Count = 1 };
        (block.Values[0], block.Values[RowBlock.Rows]) = (point[0], point[1]);
        member.LogProb(block);
        return block.LogProb[0];
    }
}
