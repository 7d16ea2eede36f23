using MLNet.Flows.Training;

namespace MLNet.Flows;

/// <summary>What carries out the optimizer's steps of a planar flow. The flow that comes out is the same kind of object whatever trained it.</summary>
/// <remarks>Batches, schedule, validation, early stopping and history are not an engine's: they are the same for all. Other packages bring other engines.</remarks>
public abstract class TrainingEngine
{
    private protected TrainingEngine()
    {
    }

    /// <summary>Fused SIMD kernels with analytic gradients, on the CPU's cores. The default; no native library.</summary>
    public static TrainingEngine Managed { get; } = new ManagedEngine();

    /// <param name="task">The data and the base to train.</param>
    /// <param name="layers">K.</param>
    /// <param name="maskColumns">Whether each layer acts on its own random half of the columns.</param>
    internal abstract ITrainingEngine CreatePlanar(TrainingTask task, int layers, bool maskColumns);

    private sealed class ManagedEngine : TrainingEngine
    {
        internal override ITrainingEngine CreatePlanar(TrainingTask task, int layers, bool maskColumns) => new PlanarFlowEngine(task, layers, maskColumns);
    }
}
