using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>Between arrays and a module's tensors.</summary>
internal static class ModuleTensors
{
    /// <summary>A parameter of the given shape that starts at the values.</summary>
    public static Parameter Parameter(ReadOnlySpan<float> values, params long[] shape) => new(tensor(values.ToArray(), shape));

    /// <summary>A tensor of the values in memory of its own.</summary>
    /// <remarks>A tensor made from an array lies in the array's memory, wherever the collector has put it, and sums in libtorch
    /// depend on alignment in their last bits.</remarks>
    public static Tensor Owned(float[] values, Device device, params long[] shape) =>
        tensor(values, shape, device: device).clone();

    /// <summary>The values as single precision, row-major.</summary>
    public static float[] ToArray(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().reshape(-1).data<float>().ToArray();
    }
}
