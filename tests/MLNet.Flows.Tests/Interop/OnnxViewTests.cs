using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tests.EndToEnd;

namespace MLNet.Flows.Tests.Interop;

/// <summary>ML.NET's ONNX converter gets an error where a model holds a flow, instead of leaving it out.</summary>
public sealed class OnnxViewTests
{
    private readonly MLContext _context = new(1);

    [Theory]
    [InlineData("alone")]
    [InlineData("last")]
    [InlineData("in the middle")]
    public void ConvertToOnnx_ModelWithAFlow_Throws(string place)
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        PlanarFlowTransformer flow = Transformers.TestFlows.Transformer(_context);
        ITransformer before = _context.Transforms.NormalizeMinMax("Features").Fit(data);
        ITransformer after = _context.Transforms.CopyColumns("Copy", "Score").Fit(flow.Transform(data));
        ITransformer model = place switch
        {
            "alone" => flow,
            "last" => new TransformerChain<ITransformer>(before, flow),
            _ => new TransformerChain<ITransformer>(before, flow, after),
        };
        using var stream = new MemoryStream();

        var error = Assert.ThrowsAny<Exception>(() => _context.Model.ConvertToOnnx(model, data, stream));

        Assert.IsType<NotSupportedException>(error.InnerException ?? error);
        Assert.Contains(
            "A flow cannot be written to an ONNX graph: its columns 'LogLikelihood', 'Score', 'PValue' and 'PredictedLabel'",
            error.ToString());
        Assert.Equal(0, stream.Length);
    }

    [Fact]
    public void ConvertToOnnx_ModelWithoutAFlow_WorksAsBefore()
    {
        IDataView data = Rows.View(_context, Rows.Normal(50, 5));
        using var stream = new MemoryStream();

        _context.Model.ConvertToOnnx(_context.Transforms.NormalizeMinMax("Features").Fit(data), data, stream);

        Assert.True(stream.Length > 0);
    }
}
