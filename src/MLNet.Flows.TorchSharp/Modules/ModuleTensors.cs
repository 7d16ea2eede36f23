using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>Between arrays and a module's tensors.</summary>
internal static class ModuleTensors
{
    /// <summary>A parameter of the given shape that starts at the values.</summary>
    public static Parameter Parameter(ReadOnlySpan<float> values, params long[] shape) => new(tensor(values.ToArray(), shape));

    /// <summary>The values as single precision, row-major.</summary>
    public static float[] ToArray(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).cpu().reshape(-1).data<float>().ToArray();
    }
}
