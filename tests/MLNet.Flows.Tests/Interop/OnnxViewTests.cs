using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;
using MLNet.Flows.Tests.EndToEnd;
using MLNet.Flows.Tests.Transformers;

namespace MLNet.Flows.Tests.Interop;

/// <summary>ML.NET's ONNX converter writes a model with its flow, or fails with an error: nothing is left out. What a graph
/// computes is tested in MLNet.Flows.Onnx.Tests.</summary>
public sealed class OnnxViewTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void ConvertToOnnx_ModelWithoutAFlow_WorksAsBefore()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        using var stream = new MemoryStream();

        _context.Model.ConvertToOnnx(_context.Transforms.NormalizeMinMax("Features").Fit(data), data, stream);

        Assert.True(stream.Length > 0);
    }

    [Fact]
    public void ConvertToOnnx_AStepBeforeTheFlowThatHasNoOnnx_Throws()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        ITransformer before = _context.Transforms.CustomMapping<Weighted, Weighted>((from, to) => to.Weight = from.Weight, null)
            .Fit(data);
        var model = new TransformerChain<ITransformer>(before, TestFlows.Transformer(_context));

        string message = Refusal(model, data);

        Assert.Contains("before the flow cannot be written to an ONNX graph", message);
        Assert.Contains("Do that step outside of the model", message);
    }

    [Fact]
    public void ConvertToOnnx_AStepBehindTheFlowThatHasNoOnnx_ThrowsMLNetsError()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        PlanarFlowTransformer flow = TestFlows.Transformer(_context);
        ITransformer after = _context.Transforms.CustomMapping<Scored, Scored>((from, to) => to.Score = from.Score, null)
            .Fit(flow.Transform(data));

        Assert.Contains("can not be fully converted", Refusal(new TransformerChain<ITransformer>(flow, after), data));
    }

    [Fact]
    public void ConvertToOnnx_AnOldVersionOfTheStandard_NamesTheLowest()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        using var stream = new MemoryStream();

        var error = Assert.ThrowsAny<Exception>(
            () => _context.Model.ConvertToOnnx(TestFlows.Transformer(_context), data, 10, stream));

        Assert.Contains("11", error.Message);
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void ConvertToOnnx_FeatureContributions_AreRefusedByName()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        FlowModel model = TestFlows.Model();
        var flow = new PlanarFlowTransformer(
            _context, model with { Columns = model.Columns with { FeatureContributions = "Why" } });

        string message = Refusal(flow, data);

        Assert.Contains("Column 'Why', of feature contributions, cannot be written to an ONNX graph", message);
        Assert.Contains("Train without FeatureContributionsColumnName", message);
    }

    private string Refusal(ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        var error = Assert.ThrowsAny<Exception>(() => _context.Model.ConvertToOnnx(model, data, stream));
        Assert.Equal(0, stream.Length);
        return error.ToString();
    }

    private sealed class Weighted
    {
        public float Weight { get; set; }
    }

    private sealed class Scored
    {
        public float Score { get; set; }
    }
}
