using MLNet.Flows.Training;

namespace MLNet.Flows;

/// <summary>What carries out the optimizer's steps of any flow. The flow that comes out is the same kind of object whatever
/// trained it.</summary>
/// <remarks>Start, batches, schedule, validation, early stopping and history are not an engine's: they are the same for all.
/// Other packages bring other engines.</remarks>
public abstract class TrainingEngine
{
    private protected TrainingEngine()
    {
    }

    /// <summary>SIMD kernels with analytic gradients, on the CPU's cores. The default; no native library.</summary>
    public static TrainingEngine Managed { get; } = new ManagedTrainingEngine();

    /// <summary>Whatever must be there to train is there.</summary>
    /// <exception cref="InvalidOperationException">It is not; the message says what to do.</exception>
    internal virtual void Require()
    {
    }

    internal abstract ITrainingEngine Create(TrainingTask task);

    private sealed class ManagedTrainingEngine : TrainingEngine
    {
        internal override ITrainingEngine Create(TrainingTask task) => new ManagedEngine(task);
    }
}
