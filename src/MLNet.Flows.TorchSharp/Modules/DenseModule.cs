using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Modules;

/// <summary>y = W x + b under autograd. Not torch's own layer, which draws a start from libtorch's generator and refuses to have
/// no inputs.</summary>
internal sealed class DenseModule : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weights;
    private readonly Parameter _biases;

    /// <param name="inputs">At least 0.</param>
    /// <param name="outputs">At least 1.</param>
    /// <param name="start">[W (outputs x inputs) | b].</param>
    public DenseModule(int inputs, int outputs, ReadOnlySpan<float> start)
        : base("dense")
    {
        _weights = ModuleTensors.Parameter(start[..(inputs * outputs)], outputs, inputs);
        _biases = ModuleTensors.Parameter(start[(inputs * outputs)..], outputs);
        RegisterComponents();
    }

    /// <summary>[outputs, inputs].</summary>
    public Tensor Weights => _weights;

    public override Tensor forward(Tensor x) => nn.functional.linear(x, _weights, _biases);
}
