using Microsoft.ML;
using MLNet.Flows.Interop;

namespace MLNet.Flows.Transformers;

/// <summary>A fitted model of any shape as what it is for a flow: the steps before its last flow, and that flow.</summary>
internal sealed class FlowChain
{
    private readonly ITransformer[] _before;

    private FlowChain(ITransformer[] before, FlowTransformer flow) => (_before, Flow) = (before, flow);

    public FlowTransformer Flow { get; }

    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    public static FlowChain Of(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer[] leaves = [.. Leaves(model)];
        int last = Array.FindLastIndex(leaves, leaf => leaf is FlowTransformer);
        return last >= 0 ? new FlowChain(leaves[..last], (FlowTransformer)leaves[last]) : throw WithoutFlow(model);
    }

    /// <summary>The data as the flow meets it.</summary>
    public IDataView Prepare(IDataView data) => _before.Aggregate(data, (view, step) => step.Transform(view));

    public static ArgumentException WithoutFlow(ITransformer model) =>
        new($"The model holds no flow: it is {Describe(model)}. Append one, for example mlContext.Flows.PlanarFlow().");

    private static string Describe(ITransformer model) => TransformerChains.Parts(model) is { } parts
        ? $"a chain of {string.Join(", ", parts.Select(part => part.GetType().Name))}"
        : $"a {model.GetType().Name}";

    private static IEnumerable<ITransformer> Leaves(ITransformer model) =>
        TransformerChains.Parts(model) is { } parts ? parts.SelectMany(Leaves) : [model];
}
