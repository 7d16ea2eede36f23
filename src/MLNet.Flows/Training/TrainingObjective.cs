using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>What training climbs: the weighted mean of a value per row, with its gradient. For a flow trained by maximum
/// likelihood, log p(x).</summary>
/// <remarks>Batches, parts, noise, trimming, masks, averages and the optimizer are the engine's, and the same for every
/// objective. One instance serves many threads, each with its own <see cref="Accumulator"/>.</remarks>
internal abstract class TrainingObjective
{
    public abstract int ParameterCount { get; }

    public abstract int ScratchColumns { get; }

    /// <summary>Fills the starting parameters.</summary>
    public abstract void Initialize(TrainingTask task, Span<float> parameters);

    /// <summary>[ParameterCount] of 0 and 1 that gradients are multiplied with, known once the start is; empty for all
    /// 1.</summary>
    public abstract float[] GradientMask();

    /// <summary>Takes new parameters; not to be called while gradients are being accumulated.</summary>
    public abstract void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>Sets the block's LogProb to the value of each row; its points may be overwritten.</summary>
    /// <param name="block">The points.</param>
    /// <param name="position">Where the block stands; what the objective draws at random follows from it and the seed.</param>
    public abstract void Evaluate(RowBlock block, BlockPosition position);

    /// <summary>As <see cref="Evaluate"/>, and adds sum_r weight_r d value_r / d parameters to the accumulator.</summary>
    /// <param name="block">The points.</param>
    /// <param name="position">Where the block stands.</param>
    /// <param name="weights">64 row weights; 0 for rows beyond the block's count.</param>
    /// <param name="accumulator">From <see cref="CreateAccumulator"/>.</param>
    public abstract void Accumulate(RowBlock block, BlockPosition position, ReadOnlySpan<float> weights, Accumulator accumulator);

    /// <summary>Per-thread sums of gradients.</summary>
    public abstract Accumulator CreateAccumulator(SimdWidth width);

    /// <summary>Writes the accumulated gradient with respect to the flat parameters; the accumulator's sums are used
    /// up.</summary>
    public abstract void FinishGradient(Accumulator accumulator, Span<float> gradient);

    internal abstract class Accumulator
    {
        public abstract void Clear();

        /// <summary>Adds the other's sums to this one's.</summary>
        public abstract void Add(Accumulator other);
    }
}
