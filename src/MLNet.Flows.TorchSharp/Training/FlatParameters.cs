using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLNet.Flows.TorchSharp.Training;

/// <summary>All parameters of some modules, moved into one vector, and their gradients into another.</summary>
/// <remarks>The modules' parameters become views of the vector, and autograd adds into views of the gradient. An optimizer step,
/// a copy or a norm is then one operation on one tensor, where the overhead of an operation counts for more than its
/// arithmetic.</remarks>
internal sealed class FlatParameters : IDisposable
{
    private readonly List<Tensor> _views = [];

    public FlatParameters(IReadOnlyList<Parameter> parameters)
    {
        long count = parameters.Sum(p => p.numel());
        Values = zeros(count, parameters[0].dtype, parameters[0].device).DetachFromDisposeScope();
        Gradient = zeros_like(Values).DetachFromDisposeScope();
        using (no_grad())
        {
            long start = 0;
            foreach (Parameter parameter in parameters)
            {
                Tensor values = Values.narrow(0, start, parameter.numel()).view(parameter.shape);
                Tensor gradient = Gradient.narrow(0, start, parameter.numel()).view(parameter.shape);
                values.copy_(parameter);
                parameter.set_(values);
                parameter.grad = gradient;
                _views.AddRange([values.DetachFromDisposeScope(), gradient.DetachFromDisposeScope()]);
                start += parameter.numel();
            }
        }
    }

    /// <summary>[count].</summary>
    public Tensor Values { get; }

    /// <summary>[count]; autograd adds to it, so it is to be zeroed before each backward pass.</summary>
    public Tensor Gradient { get; }

    public void Dispose()
    {
        foreach (Tensor view in _views)
            view.Dispose();
        Values.Dispose();
        Gradient.Dispose();
    }
}
