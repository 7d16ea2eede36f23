using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Coupling;
using MLNet.Flows.Bijections.Linear;
using MLNet.Flows.Bijections.Planar;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Bijections.Radial;
using MLNet.Flows.Bijections.ScalarMaps;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Training;

namespace MLNet.Flows.Tests.Training;

/// <summary>The engine on chains that no estimator has, and on an objective that is no likelihood.</summary>
public sealed class ManagedEngineTests
{
    private const int D = 3;
    private const int Count = 600;

    [Fact]
    public void Step_AnyChainOnAnyBase_ClimbsAndFreezesToWhatItTrained()
    {
        using var engine = new ManagedEngine(Task(threads: 2, Chain()));
        int[] rows = [.. Enumerable.Range(0, Count)];
        var start = new float[Count];
        engine.LogLikelihood(rows, start);

        for (int step = 0; step < 200; step++)
            Assert.True(double.IsFinite(engine.Step(rows, step, learningRate: 5e-3)));

        var end = new float[Count];
        engine.LogLikelihood(rows, end);
        Assert.True(end.Average() > start.Average() + 0.1, $"from {start.Average()} to {end.Average()} nats");
        Transformed frozen = engine.Freeze();
        Assert.Equal(
            [BijectionKind.Standardization, BijectionKind.PlanarStack, BijectionKind.BoundedAffineCoupling,
                BijectionKind.RadialLayer],
            frozen.Bijections.Select(bijection => bijection.Kind));
        var workspace = new RowWorkspace(D, frozen.ScratchColumns);
        FeatureMatrix data = Data();
        for (int i = 0; i < Count; i += 7)
        {
            data.Row(i).CopyTo(workspace.Values.Span);
            Assert.Equal(end[i], frozen.LogProb(workspace), 1e-5f * (1 + Math.Abs(end[i])));
        }
    }

    [Theory]
    [InlineData(600)]
    [InlineData(130)]
    public void Step_OnOneAndTwoThreads_GivesTheSameBits(int batch)
    {
        float[] Trained(int threads)
        {
            using var engine = new ManagedEngine(Task(threads, Chain(), trimFraction: 0.1, inputNoise: 0.1));
            int[] rows = [.. Enumerable.Range(0, batch)];
            for (int step = 0; step < 20; step++)
                engine.Step(rows, step, learningRate: 5e-3);
            var result = new float[batch];
            engine.LogLikelihood(rows, result);
            return result;
        }

        Assert.Equal(Trained(threads: 1), Trained(threads: 2));
    }

    // The objective draws for each row and step a shift of its own, as flow matching draws times and noise: minus the squared
    // distance of shifted rows from the location is highest where the location is the mean of rows and shifts.
    [Fact]
    public void Step_ObjectiveThatIsNoLikelihood_ClimbsIt()
    {
        TrainingTask task = Task(threads: 2, [new ActNorm(D)]);
        using var engine = new ManagedEngine(task with { Objective = new LeastSquares(shift: 4).For(task) });
        int[] rows = [.. Enumerable.Range(0, Count)];
        for (int step = 0; step < 2000; step++)
            engine.Step(rows, step, learningRate: 0.02);

        var location = (Standardization)engine.Freeze().Bijections[0];

        FeatureMatrix data = Data();
        for (int d = 0; d < D; d++)
            Assert.Equal(rows.Average(i => data.Row(i)[d]) + 4, location.Mean[d], 0.05);
    }

    private static TrainableBijection[] Chain() =>
    [
        new ActNorm(D), new TrainablePlanarStack(D, 3, maskColumns: true),
        new TrainableCoupling<AffineMap>(new ColumnMask(D, [1]), [5], new AffineMap(1)), new TrainableRadialLayer(D),
    ];

    private static TrainingTask Task(int threads, TrainableBijection[] chain, double trimFraction = 0, double inputNoise = 0) =>
        new(
        Data(),
        [],
        new ValidationSplit([.. Enumerable.Range(0, Count)], []),
        new TrainableTransformed(chain, new TrainableNormalMixture(D, 4, sharedScale: true, minimumWeight: 0)),
        new TrainingSettings { Threads = threads, Seed = 3, TrimFraction = trimFraction, InputNoise = inputNoise });

    private static FeatureMatrix Data()
    {
        var matrix = new FeatureMatrix(D);
        foreach (float[] row in Rows.Normal(Count, D))
            row.CopyTo(matrix.AddRow());
        return matrix;
    }

    // Parameters laid out as the flow's: those of the actnorm, of which only the location is climbed, then the base's.
    private sealed class LeastSquares(float shift) : TrainingObjective
    {
        private readonly float[] _location = new float[D];
        private int _count;

        public override int ParameterCount => _count;

        public override int ScratchColumns => 0;

        public override void Initialize(TrainingTask task, Span<float> parameters)
        {
        }

        public override float[] GradientMask() => [];

        public override void SetParameters(ReadOnlySpan<float> parameters) => parameters[..D].CopyTo(_location);

        public override void Evaluate(RowBlock block, BlockPosition position) => Value(block, position, null, default);

        public override void Accumulate(
            RowBlock block, BlockPosition position, ReadOnlySpan<float> weights, Accumulator accumulator) =>
            Value(block, position, (Sums)accumulator, weights);

        public override Accumulator CreateAccumulator(SimdWidth width) => new Sums();

        public override void FinishGradient(Accumulator accumulator, Span<float> gradient)
        {
            gradient.Clear();
            for (int d = 0; d < D; d++)
                gradient[d] = (float)((Sums)accumulator).Location[d];
        }

        public LeastSquares For(TrainingTask task)
        {
            _count = task.Flow.ParameterCount;
            return this;
        }

        private void Value(RowBlock block, BlockPosition position, Sums? sums, ReadOnlySpan<float> weights)
        {
            for (int r = 0; r < block.Count; r++)
            {
                var random = new RandomStream(unchecked(position.Step * 1000003 + position.FirstRow + r));
                float value = 0;
                for (int d = 0; d < D; d++)
                {
                    float difference = block.Column(d)[r] + (float)(shift + random.NextGaussian()) - _location[d];
                    value -= 0.5f * difference * difference;
                    if (sums is not null)
                        sums.Location[d] += (double)weights[r] * difference;
                }

                block.LogProb[r] = value;
            }
        }

        private sealed class Sums : Accumulator
        {
            public double[] Location { get; } = new double[D];

            public override void Clear() => Array.Clear(Location);

            public override void Add(Accumulator other)
            {
                for (int d = 0; d < D; d++)
                    Location[d] += ((Sums)other).Location[d];
            }
        }
    }
}
