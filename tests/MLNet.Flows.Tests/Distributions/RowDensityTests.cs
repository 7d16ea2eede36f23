using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Distributions;

public sealed class RowDensityTests
{
    private static readonly FlowDensity[] Kinds =
        [TestFlows.Model().Density.Flow, TestFlows.NiceModel().Density.Flow, TestFlows.NeuralSplineModel().Density.Flow];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Score_OfSeveral_IsTheMeanAndLogLikelihoodTheMixture(int count)
    {
        FlowDensity[] flows = Kinds[..count];
        float[][] rows = TestFlows.Rows(130);
        float[][] members = Array.ConvertAll(flows, flow => Each(flow, rows));

        (float[] logLikelihoods, float[] scores) = Score(new RowDensity(flows), rows);

        for (int r = 0; r < rows.Length; r++)
        {
            double[] l = Array.ConvertAll(members, values => (double)values[r]);
            Assert.Equal(-l.Average(), scores[r], 1e-6 * Math.Abs(scores[r]));
            Assert.Equal(Math.Log(l.Average(Math.Exp)), logLikelihoods[r], 1e-6 * Math.Abs(scores[r]));
            Assert.True(logLikelihoods[r] > -scores[r]);
        }
    }

    [Fact]
    public void Score_OfOne_IsTheFlowsOwnToTheBit()
    {
        float[][] rows = [.. TestFlows.Rows(100), [float.NaN, 0, 7, 0, 0], [1e30f, 0, 7, 0, 0]];

        (float[] logLikelihoods, float[] scores) = Score(new RowDensity(Kinds[0]), rows);

        Assert.Equal(TestFlows.Bits(Each(Kinds[0], rows)), TestFlows.Bits(logLikelihoods));
        Assert.Equal(TestFlows.Bits(logLikelihoods.Select(value => -value)), TestFlows.Bits(scores));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Score_RowByRow_IsTheBlocksBits(int count)
    {
        float[][] far = [[1, -2, 8, 0, 10], [1e30f, 0, 7, 0, 0], [3e38f, -3e38f, 7, 3e38f, 1]];
        float[][] rows = [.. TestFlows.Rows(130), [float.NaN, 0, 7, 0, 0], .. far];
        var density = new RowDensity(Kinds[..count]);
        DensityScorer scorer = density.CreateScorer();

        (float[] logLikelihoods, float[] scores) = Score(density, rows);

        RowScore[] single = Array.ConvertAll(rows, row => scorer.ScoreRow(row, context: []));
        Assert.Equal(TestFlows.Bits(logLikelihoods), TestFlows.Bits(single.Select(each => each.LogLikelihood)));
        Assert.Equal(TestFlows.Bits(scores), TestFlows.Bits(single.Select(each => each.Score)));
        Assert.True(float.IsNaN(scores[130]) && float.IsNaN(logLikelihoods[130]));
        Assert.All(scores[131..], score => Assert.True(float.IsFinite(score) && score > 1000, $"{score}"));
        Assert.All(logLikelihoods[131..], value => Assert.True(float.IsFinite(value)));
    }

    // Members at the ends of the Single range: their sum is beyond it, their mean is not.
    [Fact]
    public void Score_OfSaturatedMembers_IsFinite()
    {
        const int Dimension = 1000;
        FlowDensity[] narrow = [.. Enumerable.Range(0, 3).Select(_ => Normal(mean: 0, scale: 1e-20f, Dimension))];
        float[] far = new float[Dimension], near = new float[Dimension];
        Array.Fill(far, 1e30f);

        (float[] logLikelihoods, float[] scores) = Score(new RowDensity(narrow), [far, near]);

        Assert.Equal((float.MinValue, float.MaxValue), (logLikelihoods[0], scores[0]));
        Assert.Equal(Each(narrow[0], [near])[0], logLikelihoods[1]);
    }

    [Fact]
    public void Sample_OfTwo_IsOneOrTheOtherWithEqualSharesWhateverComesBehind()
    {
        var density = new RowDensity(Normal(mean: -50, scale: 1), Normal(mean: 50, scale: 2));
        float[] many = new float[10_000], few = new float[100];

        density.Sample(new RandomStream(1), contexts: [], many);
        density.Sample(new RandomStream(1), contexts: [], few);

        Assert.Equal(few, many[..100]);
        float[] low = [.. many.Where(x => x < 0)], high = [.. many.Where(x => x > 0)];
        Assert.InRange(low.Length, 4800, 5200);
        Assert.Equal(-50, low.Average(), 0.1);
        Assert.Equal(50, high.Average(), 0.1);
        Assert.Equal(2, Math.Sqrt(high.Average(x => (x - 50.0) * (x - 50))), 0.1);
    }

    [Fact]
    public void Accept_Several_ShowsEachFlowWithinItsBounds()
    {
        var seen = new Recorder();

        new RowDensity(Kinds[0], Kinds[1]).Accept(seen);

        Assert.Equal(
            "enter 0 of 2, Standardization, PlanarStack, leave, enter 1 of 2, Standardization, AdditiveCoupling, "
            + "AdditiveCoupling, leave",
            string.Join(", ", seen.Parts));
    }

    private static FlowDensity Normal(float mean, float scale, int dimension = 1) => new(
        new ColumnPartition(dimension, [], new PlateauConstants([], [])),
        new Transformed(
            [], new DiagonalNormal([.. Enumerable.Repeat(mean, dimension)], [.. Enumerable.Repeat(scale, dimension)])));

    private static float[] Each(FlowDensity flow, float[][] rows)
    {
        var result = new float[rows.Length];
        flow.LogProb([.. rows.SelectMany(row => row)], contexts: [], result, flow.CreateWorkspace());
        return result;
    }

    private static (float[] LogLikelihoods, float[] Scores) Score(RowDensity density, float[][] rows)
    {
        float[] logLikelihoods = new float[rows.Length], scores = new float[rows.Length];
        density.CreateScorer().Score([.. rows.SelectMany(row => row)], contexts: [], logLikelihoods, scores);
        return (logLikelihoods, scores);
    }

    private sealed class Recorder : DensityVisitor
    {
        public List<string> Parts { get; } = [];

        public override void EnterFlow(int flow, int flows) => Parts.Add($"enter {flow} of {flows}");

        public override void LeaveFlow() => Parts.Add("leave");

        public override void Visit(Bijection bijection) => Parts.Add($"{bijection.Kind}");
    }
}
