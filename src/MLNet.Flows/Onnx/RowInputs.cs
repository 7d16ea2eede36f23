using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;

namespace MLNet.Flows.Onnx;

/// <summary>What a flow reads of the graph's columns.</summary>
/// <remarks>A row with a missing or infinite feature or context is computed with zeros in their place, and set to NaN at the
/// end.</remarks>
internal sealed class RowInputs
{
    private readonly OnnxValue? _features;
    private readonly OnnxValue? _context;

    /// <param name="graph">With the columns before the flow.</param>
    /// <param name="model">The flow.</param>
    /// <exception cref="NotSupportedException">A column is not in the graph.</exception>
    public RowInputs(OnnxGraph graph, FlowModel model)
    {
        Categories = [.. (model.Categories ?? []).SelectMany(
            source => CategoryGraph.Codes(source, Column(graph, source.Name)))];
        OnnxValue? finite = null;
        if (model.Columns.Features is string features)
            _features = Read(Column(graph, features));
        if (model.Columns.Context is string context)
            _context = Read(Column(graph, context));
        IsFinite = finite?.ToBoolean();
        Zero = finite is OnnxValue flags ? flags * 0 : Categories[0].ToSingle() * 0;

        OnnxValue Read(OnnxValue values)
        {
            OnnxValue are = values.Abs().IsBelow(float.PositiveInfinity), all = are.ToSingle().Smallest();
            finite = finite is OnnxValue others ? others * all : all;
            return are.Choose(values, values.Constant(0f));
        }
    }

    /// <summary>Boolean [n, 1]; null where nothing that is read could be missing.</summary>
    public OnnxValue? IsFinite { get; }

    /// <summary>[n, 1] of zeros.</summary>
    public OnnxValue Zero { get; }

    /// <summary>Per categorical column Int64 [n, 1].</summary>
    public OnnxValue[] Categories { get; }

    /// <summary>[n, FeatureCount], finite.</summary>
    public OnnxValue Features =>
        _features ?? throw new InvalidOperationException("All columns of the flow are categorical.");

    /// <summary>The rows as a flow's chain begins with them.</summary>
    public OnnxRows Start(FlowDensity flow)
    {
        int[] active = flow.Columns.ActiveColumns;
        OnnxValue? points = active.Length == 0
            ? null
            : active.Length == flow.FeatureCount ? Features : Features.Columns(active);
        return new OnnxRows(points, Zero, flow.Context is ContextScale scale ? Context(scale) : null, Categories);
    }

    /// <summary>[n, context columns], standardized.</summary>
    public OnnxValue Context(ContextScale scale)
    {
        OnnxValue context = _context ?? throw new InvalidOperationException("The rows are given nothing.");
        OnnxValue Vector(ReadOnlySpan<float> values) => context.Constant(values, values.Length);
        OnnxValue offset = (context - Vector(scale.Mean)).Clip(float.MinValue, float.MaxValue);
        return (offset * Vector(scale.InverseScale)).AtLeast(Vector(scale.Lowest)).AtMost(Vector(scale.Highest));
    }

    private static OnnxValue Column(OnnxGraph graph, string name) => graph.Column(name) is string tensor
        ? new OnnxValue(graph, tensor)
        : throw new NotSupportedException(
            $"Column '{name}', which the flow reads, is not in the ONNX graph: the step that makes it cannot be written there. "
            + "Do that step outside of the model, before the graph, and convert the rest.");
}
