using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>The objective of a flow whose density is known exactly: log p(x).</summary>
internal sealed class MaximumLikelihood(TrainableTransformed flow) : TrainingObjective
{
    public override int ParameterCount => flow.ParameterCount;

    public override int ScratchColumns => flow.ScratchColumns;

    public override void Initialize(TrainingTask task, Span<float> parameters) =>
        flow.Initialize(task.Data, task.Context, task.StartingRows(), task.Settings.Seed, parameters, task.Checkpoint);

    public override float[] GradientMask() => flow.GradientMask();

    public override void SetParameters(ReadOnlySpan<float> parameters) => flow.SetParameters(parameters);

    public override void Evaluate(RowBlock block, BlockPosition position) => flow.LogProb(block);

    public override void Accumulate(
        RowBlock block, BlockPosition position, ReadOnlySpan<float> weights, Accumulator accumulator) =>
        flow.AccumulateGradient(block, weights, ((Sums)accumulator).Flow);

    public override Accumulator CreateAccumulator(SimdWidth width) => new Sums(flow.CreateAccumulator(width));

    public override void FinishGradient(Accumulator accumulator, Span<float> gradient) =>
        flow.FinishGradient(((Sums)accumulator).Flow, gradient);

    private sealed class Sums(TrainableTransformed.Accumulator flow) : Accumulator
    {
        public TrainableTransformed.Accumulator Flow => flow;

        public override void Clear() => flow.Clear();

        public override void Add(Accumulator other) => flow.Add(((Sums)other).Flow);
    }
}
