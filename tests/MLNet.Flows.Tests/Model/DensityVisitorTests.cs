using Microsoft.ML;
using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Model;

public sealed class DensityVisitorTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void Accept_OneFlow_ShowsEveryPartInScoringOrder()
    {
        var seen = new Recorder();
        TestFlows.Model().Accept(seen);

        Assert.Equal(["columns", "Standardization", "PlanarStack", "base NormalMixture", "quantiles"], seen.Parts);
    }

    [Fact]
    public void Accept_Mixture_ShowsEachMemberWithinItsBounds()
    {
        PlanarFlowTransformer model = _context.Flows
            .PlanarFlow(new PlanarFlowEstimator.Options { NumberOfMembers = 2, MaximumSteps = 20, CalibrationFolds = 0 })
            .Fit(Rows.View(_context, Rows.Normal(100, 2)));

        var seen = new Recorder();
        model.Model.Accept(seen);

        Assert.Equal(
            [
                "columns", "Standardization", "enter 0 of 2", "PlanarStack", "base NormalMixture", "leave", "enter 1 of 2",
                "PlanarStack",
                "base NormalMixture", "leave", "quantiles",
            ],
            seen.Parts);
    }

    [Fact]
    public void Accept_NothingVaries_ShowsColumnsAndAnEmptyBase()
    {
        PlanarFlowTransformer model = _context.Flows.PlanarFlow()
            .Fit(Rows.View(_context, [.. Enumerable.Repeat(new[] { 1f, 2 }, 50)]));

        var seen = new Recorder();
        model.Model.Accept(seen);

        Assert.Equal(["columns", "base DiagonalNormal", "quantiles"], seen.Parts);
    }

    private sealed class Recorder : DensityVisitor
    {
        public List<string> Parts { get; } = [];

        public override void Visit(ColumnPartition columns) => Parts.Add("columns");

        public override void Visit(Bijection bijection) => Parts.Add(bijection.Kind.ToString());

        public override void Enter(int member, int members) => Parts.Add($"enter {member} of {members}");

        public override void Leave() => Parts.Add("leave");

        public override void Visit(Distribution baseDistribution) => Parts.Add($"base {baseDistribution.Kind}");

        public override void Visit(LikelihoodQuantiles quantiles) => Parts.Add("quantiles");
    }
}
