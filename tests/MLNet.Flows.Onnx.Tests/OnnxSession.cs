using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MLNet.Flows.Onnx.Tests;

/// <summary>A model as ML.NET's converter writes it, in ONNX Runtime.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxSession(byte[] bytes)
    {
        Bytes = bytes;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(bytes, options);
    }

    public byte[] Bytes { get; }

    public IReadOnlyList<string> Inputs => [.. _session.InputMetadata.Keys];

    public IReadOnlyList<string> Outputs => [.. _session.OutputMetadata.Keys];

    public static OnnxSession Of(MLContext context, ITransformer model, IDataView data) => new(Convert(context, model, data));

    public static byte[] Convert(MLContext context, ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        context.Model.ConvertToOnnx(model, data, stream);
        return stream.ToArray();
    }

    /// <summary>Feeds rows; columns that the graph does not have are passed over, and those of it that are not fed get
    /// zeros.</summary>
    public Scores Run(params (string Name, Array Values, int Columns)[] columns)
    {
        int rows = columns[0].Values.Length / columns[0].Columns;
        List<NamedOnnxValue> feeds = [];
        foreach ((string name, NodeMetadata node) in _session.InputMetadata)
        {
            (string _, Array? values, int width) = columns.FirstOrDefault(column => column.Name == name);
            if (values is null)
                feeds.Add(NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>([rows, Math.Abs(node.Dimensions[1])])));
            else
                feeds.Add(Feed(name, values, [rows, width]));
        }

        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run(feeds);
        return new Scores(
            Singles(results, "LogLikelihood"), Singles(results, "Score"), Singles(results, "PValue"),
            [.. results.First(each => each.Name == "PredictedLabel.output").AsEnumerable<bool>()],
            results.Any(each => each.Name == "Latent.output") ? Singles(results, "Latent") : []);
    }

    public void Dispose() => _session.Dispose();

    private static NamedOnnxValue Feed(string name, Array values, int[] shape) => values switch
    {
        float[] singles => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(singles, shape)),
        double[] doubles => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<double>(doubles, shape)),
        string[] texts => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<string>(texts, shape)),
        uint[] keys => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<uint>(keys, shape)),
        _ => throw new ArgumentException($"No tensor is made of {values.GetType()}."),
    };

    private static float[] Singles(IEnumerable<DisposableNamedOnnxValue> results, string column) =>
        [.. results.First(each => each.Name == column + ".output").AsEnumerable<float>()];
}
