using System.Numerics.Tensors;
using MLNet.Flows.Bijections.Continuous;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>The objective of a continuous flow: at a random time t on the straight line from a point x0 of the base to a row x1,
/// its velocity is to be x1 - x0. The value of a row is -|v((1 - t) x0 + t x1, t) - (x1 - x0)|^2 / d.</summary>
/// <remarks>
/// Lipman et al. 2023, arXiv:2210.02747, eq. 23 without their smallest deviation. Nothing is simulated in training.
/// 1. The base is fitted to the rows first and then fixed (<see cref="BaseFit"/>), as the lines start at it.
/// 2. Each block draws for itself from the seed, the step and its place in the batch: threads change nothing. The rows of a block
///    have one time each in as many equal parts of [0, 1], in the order of the shuffled rows, which varies less than times that
///    are drawn by themselves.
/// 3. With pairing, a block's base points go to its rows so that squared distances add up to the least (Tong et al. 2023,
///    arXiv:2302.00482): the lines hardly cross, paths are nearly straight, and the solver needs fewer steps.
/// 4. Pairing takes rows that weigh the same. Where their weights differ, as where some are left out, a block's places go to its
///    rows in proportion to them (systematic sampling), and each place weighs the same.
/// 5. Outside of steps the value is the true log-likelihood, by the solver.
/// </remarks>
/// <param name="flow">One continuous map on a base.</param>
/// <param name="pairs">Whether points of the base are paired with rows.</param>
internal sealed class FlowMatching(TrainableTransformed flow, bool pairs) : TrainingObjective
{
    private const int R = RowBlock.Rows;
    private readonly TrainableContinuousMap _map = (TrainableContinuousMap)flow.Bijections.Single();
    private float[] _baseParameters = [];
    private Distribution? _base;
    private int _seed;

    public override int ParameterCount => _map.ParameterCount;

    public override int ScratchColumns => flow.ScratchColumns;

    public override bool IsLogLikelihood => false;

    public override int LifetimeOfValues => 100;

    public override void Initialize(TrainingTask task, Span<float> parameters)
    {
        _seed = task.Settings.Seed;
        _map.Initialize(task.Data, task.StartingRows(), new RandomStream(_seed, RandomStreams.Bijections), parameters);
        _baseParameters = BaseFit.Run(task);
        _base = flow.Base.Freeze(_baseParameters);
    }

    public override float[] GradientMask() => [];

    public override void CategoriesChanged() => _base = flow.Base.Freeze(_baseParameters);

    public override float[] FlowParameters(ReadOnlySpan<float> parameters) => [.. parameters, .. _baseParameters];

    public override void SetParameters(ReadOnlySpan<float> parameters) => _map.SetParameters(parameters);

    public override void Evaluate(RowBlock block, BlockPosition position)
    {
        block.LogDet.Clear();
        _map.Forward(block, accumulator: null);
        _base!.LogProb(block);
        TensorPrimitives.Add(block.LogProb.Span, block.LogDet.Span, block.LogProb.Span);
    }

    public override void Accumulate(
        RowBlock block, BlockPosition position, ReadOnlySpan<float> weights, Accumulator accumulator)
    {
        VelocityRegression regression = ((Sums)accumulator).Regression;
        int[] rowOf = Draw(
            block, position, weights, regression.Inputs, regression.Targets.Span, regression.Weights.Span);
        _map.Regress(regression, block.LogProb, block.Width);

        // Places' values become rows', whose weighted sum is the same.
        ReadOnlySpan<float> places = block.LogProb.Span.ToArray();
        block.LogProb.Clear();
        for (int i = 0; i < rowOf.Length; i++)
        {
            float weight = weights[rowOf[i]];
            block.LogProb[rowOf[i]] += weight == 0 ? 0 : places[i] * (regression.Weights[i] / weight);
        }
    }

    /// <summary>What a block's places are regressed on.</summary>
    /// <param name="block">The rows x1.</param>
    /// <param name="position">Where the block stands.</param>
    /// <param name="weights">64 row weights.</param>
    /// <param name="inputs">[d + time features + context, 64], receives the points at their times, the times' features and
    /// the rows' context.</param>
    /// <param name="targets">[d, 64], receives x1 - x0.</param>
    /// <param name="placeWeights">[64], receives what each place weighs: together as much as the rows.</param>
    /// <returns>[rows], each place's row.</returns>
    public int[] Draw(
        RowBlock block,
        BlockPosition position,
        ReadOnlySpan<float> weights,
        Span<float> inputs,
        Span<float> targets,
        Span<float> placeWeights)
    {
        int d = block.Dimension, count = block.Count;
        var random = new RandomStream(
            _seed, RandomStreams.Matching + ((ulong)(uint)position.Step << 32) + (uint)position.FirstRow);
        inputs.Clear();
        targets.Clear();
        int[] rowOf = Places(weights[..count], random.NextDouble(), placeWeights);
        Span<float> features = stackalloc float[TimeFeatures.Count], times = stackalloc float[R];
        for (int r = 0; r < count; r++)
        {
            double time = (r + random.NextDouble()) / count;
            times[r] = (float)time;
            TimeFeatures.Of(time, features);
            for (int i = 0; i < features.Length; i++)
                inputs[(d + i) * R + r] = features[i];
        }

        var points = new float[count * d];
        for (int r = 0; r < count; r++)
            _base!.Sample(random, points.AsSpan(r * d, d));
        int[] pointOf = pairs ? Pairing(block, rowOf, points) : [.. Enumerable.Range(0, count)];
        for (int i = 0; i < d; i++)
        {
            ReadOnlySpan<float> column = block.Column(i);
            for (int r = 0; r < count; r++)
            {
                float x0 = points[pointOf[r] * d + i], x1 = column[rowOf[r]];
                inputs[i * R + r] = (1 - times[r]) * x0 + times[r] * x1;
                targets[i * R + r] = x1 - x0;
            }
        }

        int afterTime = d + TimeFeatures.Count;
        for (int i = 0; i < _map.ContextColumns; i++)
        {
            for (int r = 0; r < count; r++)
                inputs[(afterTime + i) * R + r] = block.Context[i * R + rowOf[r]];
        }

        return rowOf;
    }

    public override Accumulator CreateAccumulator(SimdWidth width) => new Sums(_map.CreateRegression());

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient) =>
        _map.FinishGradient(((Sums)accumulator).Regression, gradient);

    // [rows]: each place's row; one place a row where all weigh the same.
    private static int[] Places(ReadOnlySpan<float> weights, double offset, Span<float> placeWeights)
    {
        int count = weights.Length;
        double total = 0;
        foreach (float weight in weights)
            total += weight;
        placeWeights.Clear();
        placeWeights[..count].Fill((float)(total / count));
        int[] rowOf = [.. Enumerable.Range(0, count)];
        if (total == 0 || weights.Count(weights[0]) == count)
            return rowOf;
        double end = 0;
        int place = 0;
        for (int row = 0; row < count; row++)
        {
            for (end += weights[row]; place < count && (place + offset) * total < end * count; place++)
                rowOf[place] = row;
        }

        // Rounding can leave the last place; it goes to the last row that weighs anything.
        for (int last = weights.LastIndexOfAnyExcept(0f); place < count; place++)
            rowOf[place] = last;
        return rowOf;
    }

    // [places]: each one's point. |x1 - x0|^2 is -2 x1.x0 and what depends on one of the two alone.
    private static int[] Pairing(RowBlock block, int[] rowOf, float[] points)
    {
        int d = block.Dimension, count = rowOf.Length;
        var row = new float[d];
        var costs = new float[count * count];
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < d; k++)
                row[k] = block.Values[k * R + rowOf[i]];
            for (int j = 0; j < count; j++)
                costs[i * count + j] = -TensorPrimitives.Dot<float>(row, points.AsSpan(j * d, d));
        }

        return OptimalAssignment.Of(costs, count);
    }

    private sealed class Sums(VelocityRegression regression) : Accumulator
    {
        public VelocityRegression Regression => regression;

        public override void Clear() => regression.Sums.Clear();

        public override void Add(Accumulator other) => regression.Sums.Add(((Sums)other).Regression.Sums);
    }
}
