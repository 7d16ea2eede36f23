using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>A base distribution whose parameters are being trained: log-density and analytic gradients over blocks of
/// rows.</summary>
/// <remarks>Parameters are one flat unconstrained vector (log-scales, logits) that the optimizer owns;
/// <see cref="SetParameters"/> derives from it what the kernels use. One instance serves many threads, each with its own
/// <see cref="Accumulator"/>.</remarks>
internal abstract class TrainableDistribution
{
    protected TrainableDistribution(int dimension) => Dimension = dimension;

    public int Dimension { get; }

    public abstract int ParameterCount { get; }

    public virtual int ScratchColumns => 0;

    /// <summary>The categorical columns of the training rows; null for none.</summary>
    public virtual TrainableCategories? Categories => null;

    /// <summary>Fills the starting parameters from data that is already preprocessed, rows [n, d].</summary>
    /// <param name="data">[n, d].</param>
    /// <param name="rows">The rows to start from.</param>
    /// <param name="random">Draws the start.</param>
    /// <param name="parameters">Receives the flat parameters.</param>
    /// <param name="checkpoint">Called between steps; throws where the caller cancelled.</param>
    public abstract void Initialize(
        FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters, Action? checkpoint = null);

    /// <summary>Takes new parameters; not to be called while gradients are being accumulated.</summary>
    public abstract void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>Sets the block's LogProb to log p(z).</summary>
    public abstract void LogProb(RowBlock block);

    /// <summary>Per-thread sums of gradients and scratch.</summary>
    public abstract Accumulator CreateAccumulator(SimdWidth width);

    /// <summary>Sets z's LogProb to log p(z) as <see cref="LogProb"/> does; sets the first d columns of
    /// <paramref name="latentGradient"/> to weight_r d log p(z_r)/d z_r, and adds sum_r weight_r d log p(z_r)/d parameters to the
    /// accumulator.</summary>
    /// <param name="latent">The block of latent points z.</param>
    /// <param name="weights">64 weights, one per row; 0 for rows beyond the block's count.</param>
    /// <param name="latentGradient">Receives the gradient in its first d columns.</param>
    /// <param name="accumulator">From <see cref="CreateAccumulator"/>.</param>
    public abstract void AccumulateGradient(
        RowBlock latent, ReadOnlySpan<float> weights, RowBlock latentGradient, Accumulator accumulator);

    /// <summary>Writes the accumulated gradient with respect to the flat parameters.</summary>
    public abstract void FinishGradient(Accumulator accumulator, Span<float> gradient);

    /// <summary>The distribution at these parameters, for scoring.</summary>
    public abstract Distribution Freeze(ReadOnlySpan<float> parameters);

    internal abstract class Accumulator
    {
        public abstract void Clear();

        /// <summary>Adds the other's sums to this one's.</summary>
        public abstract void Add(Accumulator other);
    }
}
