using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;

namespace MLNet.Flows.Benchmarks.Rivals;

/// <summary>The same flow as ML.NET's converter writes it, in ONNX Runtime, on one thread, 1,024 rows at a time.</summary>
/// <remarks>Of log-likelihoods alone: the graph then has no p-values.</remarks>
internal sealed class OnnxFlow : IDisposable
{
    private const int BatchSize = 1024;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly int _dimension;

    public OnnxFlow(Workload workload)
    {
        _dimension = workload.Dimension;
        using var graph = new MemoryStream();
        new MLContext(1).Model.ConvertToOnnx(
            workload.Transformer, new MemoryView(workload.Data, _dimension), graph, "LogLikelihood");
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(graph.ToArray(), options);
    }

    public void LogLikelihood(float[] rows, float[] result)
    {
        for (int start = 0; start < result.Length; start += BatchSize)
        {
            int count = Math.Min(BatchSize, result.Length - start);
            using OrtValue x = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, rows.AsMemory(start * _dimension, count * _dimension), [count, _dimension]);
            using OrtValue y = OrtValue.CreateTensorValueFromMemory(
                OrtMemoryInfo.DefaultInstance, result.AsMemory(start, count), [count, 1]);
            _session.Run(_run, ["Features"], [x], ["LogLikelihood.output"], [y]);
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
