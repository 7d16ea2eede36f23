using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

public sealed class FlowMatchingTests
{
    private const int R = RowBlock.Rows;
    private const int D = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draw_OfABlock_IsOnLinesFromTheBaseToTheRows(bool pairs)
    {
        RowBlock block = Block(count: 50);

        Drawn drawn = Draw(block, pairs, Weights(50, _ => 2));

        Assert.Equal(Enumerable.Range(0, 50), drawn.RowOf);
        Assert.All(drawn.Weights[..50], weight => Assert.Equal(2, weight));
        Assert.All(drawn.Weights[50..], weight => Assert.Equal(0, weight));
        for (int r = 0; r < 50; r++)
        {
            // The first time feature is 2 t - 1; every fiftieth of [0, 1] has a time.
            float time = (drawn.Inputs[D * R + r] + 1) / 2;
            Assert.InRange(time, r / 50f - 1e-6f, (r + 1) / 50f + 1e-6f);
            for (int i = 0; i < D; i++)
                Assert.Equal(
                    block.Column(i)[r] - (1 - time) * drawn.Targets[i * R + r], drawn.Inputs[i * R + r], 1e-5f);
        }
    }

    [Fact]
    public void Draw_WithPairing_MovesThePointsOfTheBaseLessFar()
    {
        RowBlock block = Block(count: R);
        double[] length = [.. new[] { false, true }.Select(
            pairs => Draw(block, pairs, Weights(R, _ => 1)).Targets.Sum(u => (double)u * u))];
        double[][] points = [.. new[] { false, true }.Select(pairs => Points(block, Draw(block, pairs, Weights(R, _ => 1))))];

        Assert.True(length[1] < 0.6 * length[0], $"paired {length[1]}, as drawn {length[0]}");
        Assert.Equal(points[0].Order().Select(x => Math.Round(x, 4)), points[1].Order().Select(x => Math.Round(x, 4)));
    }

    // Half of the rows weigh three times as much, a few nothing.
    [Fact]
    public void Draw_OfRowsOfDifferentWeights_GivesThemPlacesInProportion()
    {
        RowBlock block = Block(count: R);
        float[] weights = Weights(R, row => row < 8 ? 0 : row % 2 == 0 ? 3 : 1);
        var places = new double[R];
        for (int step = 0; step < 400; step++)
        {
            Drawn drawn = Draw(block, pairs: true, weights, step);
            Assert.Equal(weights.Sum(), drawn.Weights.Sum(), 1e-3f);
            foreach (int row in drawn.RowOf)
                places[row]++;
        }

        double share = 400.0 * R / weights.Sum();
        for (int row = 0; row < R; row++)
            Assert.Equal(weights[row] * share, places[row], weights[row] == 0 ? 0.0 : 60.0);
    }

    [Fact]
    public void Step_TrainsTheFieldAndLeavesTheBase()
    {
        TrainingTask task = Task(pairs: true);
        using var engine = new ManagedEngine(task);
        Transformed before = engine.Freeze();
        int[] rows = [.. Enumerable.Range(0, 200)];
        double first = engine.Step(rows, 0, 0.01), last = 0;
        for (int step = 1; step < 300; step++)
            last = engine.Step(rows, step, 0.01);

        Transformed after = engine.Freeze();

        Assert.True(last > first, $"{first} to {last}");
        DiagonalNormal was = (DiagonalNormal)before.Base, now = (DiagonalNormal)after.Base;
        Assert.Equal(was.Mean.ToArray(), now.Mean.ToArray());
        Assert.Equal(was.Scale.ToArray(), now.Scale.ToArray());
        Assert.True(((ContinuousMap)after.Bijections[0]).Field.Output.Weights.ToArray().Max(Math.Abs) > 0.01);
    }

    // The base of correlated columns is what each column is by itself.
    [Fact]
    public void Initialize_NormalBase_IsTheColumnsMeansAndScales()
    {
        using var engine = new ManagedEngine(Task(pairs: false));

        var fitted = (DiagonalNormal)engine.Freeze().Base;

        FeatureMatrix data = Data();
        for (int d = 0; d < D; d++)
        {
            double mean = Enumerable.Range(0, 200).Average(row => data.Row(row)[d]);
            double variance = Enumerable.Range(0, 200).Average(row => Math.Pow(data.Row(row)[d] - mean, 2));
            Assert.Equal(mean, fitted.Mean[d], 0.1);
            Assert.Equal(Math.Sqrt(variance), fitted.Scale[d], 0.1);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void LatestValues_OfRows_AreOutdatedAfterTheirLifetime(int lifetime)
    {
        var latest = new LatestValues(rows: 6, lifetime);
        Assert.Equal([5, 2], latest.Outdated([5, 2], step: 0));

        latest.Set([5, 2], [0.5f, 0.2f], step: 0);

        Assert.Equal([3], latest.Outdated([2, 3, 5], step: lifetime - 1));
        Assert.Equal([2, 3], latest.Outdated([2, 3], step: lifetime));
        var values = new float[2];
        latest.CopyTo([2, 5], values);
        Assert.Equal([0.2f, 0.5f], values);
    }

    private static double[] Points(RowBlock block, Drawn drawn) =>
        [.. Enumerable.Range(0, R).Select(r => (double)block.Column(0)[r] - drawn.Targets[r])];

    private static Drawn Draw(RowBlock block, bool pairs, float[] weights, int step = 3)
    {
        TrainingTask task = Task(pairs);
        var matching = (FlowMatching)task.Objective;
        matching.Initialize(task, new float[matching.ParameterCount]);
        float[] inputs = new float[(D + TimeFeatures.Count) * R], targets = new float[D * R], places = new float[R];
        int[] rowOf = matching.Draw(block, new BlockPosition(step, 64), weights, inputs, targets, places);
        return new Drawn(rowOf, inputs, targets, places);
    }

    private static TrainingTask Task(bool pairs)
    {
        var flow = new TrainableTransformed([new TrainableContinuousMap(D, [8], steps: 4)], new TrainableDiagonalNormal(D));
        return new TrainingTask(
            Data(),
            [],
            new ValidationSplit([.. Enumerable.Range(0, 200)], []),
            flow,
            new TrainingSettings { Seed = 3, InputNoise = 0, MaximumSteps = 200 })
        { Objective = new FlowMatching(flow, pairs) };
    }

    private static FeatureMatrix Data()
    {
        var matrix = new FeatureMatrix(D);
        foreach (float[] row in Rows.Normal(200, D))
            row.CopyTo(matrix.AddRow());
        return matrix;
    }

    private static RowBlock Block(int count)
    {
        var block = new RowBlock(D);
        BlockLoader.Load(Data(), [.. Enumerable.Range(0, count)], block);
        return block;
    }

    private static float[] Weights(int count, Func<int, float> weight) =>
        [.. Enumerable.Range(0, R).Select(row => row < count ? weight(row) : 0)];

    private sealed record Drawn(int[] RowOf, float[] Inputs, float[] Targets, float[] Weights);
}
