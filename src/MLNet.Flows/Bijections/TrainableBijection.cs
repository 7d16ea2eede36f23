using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections;

/// <summary>A bijection whose parameters are being trained: forward over blocks of rows, and analytic gradients.</summary>
/// <remarks>
/// Parameters are one flat unconstrained vector that the optimizer owns; <see cref="SetParameters"/> derives from it what the
/// kernels use. One instance serves many threads, each with its own <see cref="Accumulator"/>. What training climbs is L = sum_r
/// weight_r (log|det df/dx|_r + what follows of z_r). What is virtual has a default that is right and slow: overridden where it
/// was measured to matter.
/// </remarks>
internal abstract class TrainableBijection
{
    protected TrainableBijection(int dimension) => Dimension = dimension;

    public int Dimension { get; }

    public abstract int ParameterCount { get; }

    /// <summary>Scratch columns that <see cref="Forward"/> needs behind a block's own.</summary>
    public virtual int ScratchColumns => 0;

    /// <summary>Columns of the context that it reads: those of the whole flow, or 0 where it reads none.</summary>
    public virtual int ContextColumns => 0;

    /// <summary>[ParameterCount] of 0 and 1 that gradients are multiplied with; empty for all 1. Known once the start
    /// is.</summary>
    public virtual ReadOnlySpan<float> GradientMask => default;

    /// <summary>Fills the starting parameters.</summary>
    /// <param name="data">[n, d], as this bijection meets the rows: preprocessed, and mapped by the bijections before it.</param>
    /// <param name="rows">The rows to start from.</param>
    /// <param name="random">Draws the start.</param>
    /// <param name="parameters">Receives the flat parameters.</param>
    public abstract void Initialize(FeatureMatrix data, ReadOnlySpan<int> rows, RandomStream random, Span<float> parameters);

    /// <summary>Takes new parameters; not to be called while gradients are being accumulated.</summary>
    public abstract void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>x to z in place, adding log|det df/dx| to LogDet; the same bits as the frozen bijection.</summary>
    /// <param name="block">The points.</param>
    /// <param name="accumulator">Keeps what <see cref="Backward"/> needs; null where that does not follow.</param>
    public abstract void Forward(RowBlock block, Accumulator? accumulator);

    /// <summary>For the block last run forward: adds dL/d parameters to the accumulator and, where asked, carries the gradient on
    /// to the inputs.</summary>
    /// <param name="gradient">In its first d columns dL/dz, row weights included; overwritten with dL/dx where asked.</param>
    /// <param name="weights">64 row weights; 0 for rows beyond the count.</param>
    /// <param name="accumulator">The one given to Forward.</param>
    /// <param name="toInputs">Whether dL/dx is wanted; the first bijection of a chain has no use for it, and the gradient is then
    /// left undefined.</param>
    public abstract void Backward(RowBlock gradient, ReadOnlySpan<float> weights, Accumulator accumulator, bool toInputs);

    /// <summary>Per-thread sums of gradients, and what a forward pass keeps.</summary>
    public virtual Accumulator CreateAccumulator(SimdWidth width) => new PlainAccumulator(Dimension, ParameterCount);

    /// <summary>Writes the accumulated gradient with respect to the flat parameters; the accumulator's sums are used
    /// up.</summary>
    public virtual void FinishGradient(Accumulator accumulator, Span<float> gradient)
    {
        double[] sums = ((PlainAccumulator)accumulator).Gradient;
        for (int i = 0; i < sums.Length; i++)
            gradient[i] = (float)sums[i];
    }

    /// <summary>The bijection at these parameters, for scoring.</summary>
    public abstract Bijection Freeze(ReadOnlySpan<float> parameters);

    internal abstract class Accumulator
    {
        public abstract void Clear();

        /// <summary>Adds the other's sums to this one's.</summary>
        public abstract void Add(Accumulator other);
    }
}
