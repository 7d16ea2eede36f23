using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Tests;

/// <summary>Numbers out of tensors, without the short-lived Scalar of TorchSharp's ToDouble, which can be collected before it has
/// been read.</summary>
internal static class TensorValues
{
    public static double Value(this Tensor tensor) =>
        tensor.detach().to(ScalarType.Float64).reshape(-1).data<double>().ToArray()[0];
}
