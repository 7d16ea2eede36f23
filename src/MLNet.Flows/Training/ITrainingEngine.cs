using MLNet.Flows.Distributions;

namespace MLNet.Flows.Training;

/// <summary>What the training loop drives: parameters, their gradients and the optimizer, for one flow on one data
/// matrix.</summary>
/// <remarks>The loop (schedule, batches, validation, early stopping, recovery, history) is written once against this interface;
/// the managed engine implements it with fused kernels, other engines with automatic differentiation. Log-likelihoods here are
/// those of the preprocessed rows, in nats: the loop adds the preprocessing's log-determinant when it reports.</remarks>
internal interface ITrainingEngine : IDisposable
{
    /// <summary>One optimizer step on a batch.</summary>
    /// <param name="rows">Row numbers.</param>
    /// <param name="step">Counted from 0; decides the step's noise together with the seed.</param>
    /// <param name="learningRate">Adam's step size now.</param>
    /// <returns>The batch's mean log-likelihood before the step, in nats; not finite when the step failed (weights are then
    /// undefined).</returns>
    double Step(ReadOnlySpan<int> rows, int step, double learningRate);

    /// <summary>log-likelihood of the rows under the averaged weights, without noise.</summary>
    void LogLikelihood(ReadOnlySpan<int> rows, Span<float> result);

    /// <summary>Counts anew which component's rows have which categories, under the averaged weights
    /// (<see cref="CategoryRecount"/>); nothing where there are none.</summary>
    /// <param name="all">Whether all training rows count.</param>
    void RecountCategories(bool all)
    {
    }

    /// <summary>Copies weights, averages, optimizer state and the shares of categories to a slot.</summary>
    void Save(WeightSlot slot);

    /// <summary>Brings back what was saved to the slot.</summary>
    void Restore(WeightSlot slot);

    /// <summary>The flow at the averaged weights, ready to score.</summary>
    Transformed Freeze();
}
