using TorchSharp;

namespace MLNet.Flows.TorchSharp.Native;

/// <summary>A device by its name: "cpu", "cuda", "cuda:1", "mps".</summary>
/// <param name="Type">TorchSharp's kind.</param>
/// <param name="Index">The device's number; -1 for the current one.</param>
internal readonly record struct Device(DeviceType Type, int Index)
{
    public static Device? Parse(string name) => name switch
    {
        "cpu" => new Device(DeviceType.CPU, -1),
        "cuda" => new Device(DeviceType.CUDA, -1),
        "mps" => new Device(DeviceType.MPS, -1),
        _ when name.StartsWith("cuda:", StringComparison.Ordinal)
            && byte.TryParse(name.AsSpan(5), out byte index) => new Device(DeviceType.CUDA, index),
        _ => null,
    };

    public static string Fault(string? name) => $"Device is '{name}', but it is 'cpu', 'cuda', 'cuda:0' and so on, or 'mps'.";

    /// <summary>TorchSharp's own object; loads libtorch.</summary>
    public torch.Device ToTorch() => new(Type, Index);
}
