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

    /// <summary>Whether values within steps are log-likelihoods, as they always are outside of steps.</summary>
    public virtual bool IsLogLikelihood => true;

    /// <summary>Trimming ranks rows by their log-likelihood. 0: by that of the step, noise included. Above 0: by one outside of
    /// steps that is at most so many steps old, where a likelihood costs far more than a step.</summary>
    public virtual int LifetimeOfValues => 0;

    /// <summary>Fills the starting parameters.</summary>
    public abstract void Initialize(TrainingTask task, Span<float> parameters);

    /// <summary>[ParameterCount] of 0 and 1 that gradients are multiplied with, known once the start is; empty for all
    /// 1.</summary>
    public abstract float[] GradientMask();

    /// <summary>The flat parameters of the flow at these of the objective: longer where some of the flow are fixed.</summary>
    public virtual float[] FlowParameters(ReadOnlySpan<float> parameters) => parameters.ToArray();

    /// <summary>The shares of categories within the flow's base are others now.</summary>
    public virtual void CategoriesChanged()
    {
    }

    /// <summary>Takes new parameters; not to be called while gradients are being accumulated.</summary>
    public abstract void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>Sets the block's LogProb to each row's log-likelihood; its points may be overwritten.</summary>
    /// <param name="block">The points.</param>
    /// <param name="position">Where the block stands.</param>
    public abstract void Evaluate(RowBlock block, BlockPosition position);

    /// <summary>Sets the block's LogProb to the value of each row, and adds sum_r weight_r d value_r / d parameters to the
    /// accumulator.</summary>
    /// <param name="block">The points.</param>
    /// <param name="position">Where the block stands; what the objective draws at random follows from it and the
    /// seed.</param>
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
