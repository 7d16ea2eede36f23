using MLNet.Flows.TorchSharp.Native;
using MLNet.Flows.TorchSharp.Training;
using MLNet.Flows.Training;

namespace MLNet.Flows;

/// <summary>Trains any flow by TorchSharp's automatic differentiation, on the CPU, a CUDA device or Apple's Metal.</summary>
/// <remarks>Same start, batches, schedule and stopping as the managed engine; the fitted flow is the same managed object, and
/// scoring or loading it needs no TorchSharp. Each member trains on one thread, several of them side by side
/// (<see cref="FlowOptions.NumberOfThreads"/>). The app references TorchSharp-cpu or a CUDA package.</remarks>
public sealed class TorchSharpEngine : TrainingEngine
{
    private readonly TorchSharp.Native.Device _device;

    /// <summary>An engine for <see cref="FlowOptions.Engine"/>.</summary>
    /// <param name="device">"cpu" (the default), "cuda", "cuda:0" and so on, or "mps". libtorch is loaded when training
    /// begins.</param>
    /// <exception cref="ArgumentException">The device is none of these.</exception>
    /// <example>
    /// <code>
    /// var options = new RealNvpEstimator.Options { Engine = new TorchSharpEngine(device: "cpu"), Contamination = 0 };
    /// RealNvpTransformer model = mlContext.Flows.RealNvp(options).Fit(data);
    /// </code>
    /// </example>
    public TorchSharpEngine(string device = "cpu")
    {
        _device = TorchSharp.Native.Device.Parse(device) ?? throw new ArgumentException(
            TorchSharp.Native.Device.Fault(device), nameof(device));
        Device = device;
    }

    /// <summary>The device's name.</summary>
    public string Device { get; }

    internal override void Require() => LibTorch.Require(_device);

    internal override ITrainingEngine Create(TrainingTask task) => new AutogradEngine(task, _device);
}
