using MLNet.Flows.TorchSharp.Modules;
using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;

namespace MLNet.Flows;

/// <summary>Trains a planar flow by TorchSharp's automatic differentiation, on the CPU, a CUDA device or Apple's Metal.</summary>
/// <remarks>Same start, batches, schedule and stopping as the managed engine, which is many times faster on the CPU; the fitted flow is the same managed
/// object, and scoring or loading it needs no TorchSharp. On the CPU it trains on one thread. The app references TorchSharp-cpu or a CUDA package.</remarks>
public sealed class TorchSharpEngine : TrainingEngine
{
    private readonly TorchSharp.Native.Device _device;

    /// <summary>An engine for <see cref="PlanarFlowEstimator.Options.Engine"/>.</summary>
    /// <param name="device">"cpu" (the default), "cuda", "cuda:0" and so on, or "mps". libtorch is loaded when training begins.</param>
    /// <exception cref="ArgumentException">The device is none of these.</exception>
    public TorchSharpEngine(string device = "cpu")
    {
        _device = TorchSharp.Native.Device.Parse(device) ?? throw new ArgumentException(TorchSharp.Native.Device.Fault(device), nameof(device));
        Device = device;
    }

    /// <summary>The device's name.</summary>
    public string Device { get; }

    internal override ITrainingEngine CreatePlanar(TrainingTask task, int layers, bool maskColumns)
    {
        LibTorch.Require(_device);
        var start = new float[layers * (2 * task.Data.Dimension + 1)];
        float[]? mask = PlanarInitialization.Fill(task, layers, maskColumns, start);
        return new TorchFlowEngine(task, new PlanarModule(task.Data.Dimension, layers, start, mask), _device);
    }
}
