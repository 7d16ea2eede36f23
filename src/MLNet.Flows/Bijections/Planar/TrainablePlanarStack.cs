using MLNet.Flows.Numerics;

namespace MLNet.Flows.Bijections.Planar;

/// <summary>A planar stack whose parameters are being trained: forward over blocks, and analytic gradients.</summary>
/// <remarks>Flat parameters, raw and unconstrained: [W (K x D, row-major) | U (K x D) | b (K)]. The invertibility constraint is applied
/// inside: uHat_k = u_k + (m(w_k.u_k) - w_k.u_k) w_k / |w_k|^2. One instance serves many threads, each with its own accumulator.</remarks>
internal sealed class TrainablePlanarStack
{
    public TrainablePlanarStack(int dimension, int layers)
    {
        Dimension = dimension;
        Layers = layers;
    }

    public int Dimension { get; }

    public int Layers { get; }

    public int ParameterCount => Layers * (2 * Dimension + 1);

    /// <summary>Scratch columns needed behind a block's own.</summary>
    public int ScratchColumns => throw new NotImplementedException();

    /// <summary>Takes new raw parameters; not to be called while gradients are being accumulated.</summary>
    public void SetParameters(ReadOnlySpan<float> parameters) => throw new NotImplementedException();

    /// <summary>x to z in place, adding log|det| to LogDet, as <see cref="PlanarStack"/> does.</summary>
    public void Forward(RowBlock block) => throw new NotImplementedException();

    /// <summary>As <see cref="Forward(RowBlock)"/>, keeping in the accumulator what <see cref="Backward"/> needs.</summary>
    public void Forward(RowBlock block, Accumulator accumulator) => throw new NotImplementedException();

    /// <summary>Adds to the accumulator the gradient of sum_r weight_r (log|det|_r + log p_Z(z_r)) for the block last run forward.</summary>
    /// <param name="latentGradient">In its first D columns, weight_r d log p_Z(z_r) / d z_r (its scratch columns may be overwritten).</param>
    /// <param name="weights">64 row weights; 0 for rows beyond the count.</param>
    /// <param name="accumulator">The one given to Forward.</param>
    public void Backward(RowBlock latentGradient, ReadOnlySpan<float> weights, Accumulator accumulator) => throw new NotImplementedException();

    /// <summary>Writes the accumulated gradient with respect to the raw flat parameters.</summary>
    public void FinishGradient(Accumulator accumulator, Span<float> gradient) => throw new NotImplementedException();

    public Accumulator CreateAccumulator(SimdWidth width) => throw new NotImplementedException();

    /// <summary>The stack at these raw parameters, for scoring.</summary>
    public PlanarStack Freeze(ReadOnlySpan<float> parameters) => throw new NotImplementedException();

    internal sealed class Accumulator
    {
        public void Clear() => throw new NotImplementedException();

        public void Add(Accumulator other) => throw new NotImplementedException();
    }
}
