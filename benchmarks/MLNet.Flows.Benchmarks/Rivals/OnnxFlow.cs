using Microsoft.ML.OnnxRuntime;
using MLNet.Flows.Bijections.Planar;

namespace MLNet.Flows.Benchmarks.Rivals;

/// <summary>The same flow in ONNX Runtime, on one thread, 1,024 rows at a time.</summary>
internal sealed class OnnxFlow : IDisposable
{
    private const int BatchSize = 1024;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly int _dimension;

    public OnnxFlow(PlanarStack stack)
    {
        _dimension = stack.Dimension;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        _session = new InferenceSession(OnnxGraph.Of(stack), options);
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
            _session.Run(_run, ["x"], [x], ["y"], [y]);
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
