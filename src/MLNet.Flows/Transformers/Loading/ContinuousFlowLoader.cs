using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Persistence;
using MLNet.Flows.Transformers.Loading;

[assembly: FlowLoader(
    typeof(ContinuousFlowTransformer),
    typeof(ContinuousFlowLoader),
    "Continuous flow",
    ContinuousFlowLoader.LoaderSignature)]

namespace MLNet.Flows.Transformers.Loading;

/// <summary>What ML.NET calls when a model file names a continuous flow.</summary>
internal static class ContinuousFlowLoader
{
    /// <summary>Written into every saved model; never changes.</summary>
    public const string LoaderSignature = "ContinuousFlow";

    /// <summary>Eight characters at the head of the model's entry; never changes.</summary>
    public const string ModelSignature = "CNFLOW-1";

    // Found by name and signature.
    private static ContinuousFlowTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(
            environment,
            FlowModelFormat.Read(ModelStream.Load(context, ModelSignature, LoaderSignature, FlowModelFormat.MaximumLength)));
}
