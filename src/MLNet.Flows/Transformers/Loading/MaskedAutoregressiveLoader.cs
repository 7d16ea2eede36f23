using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Persistence;
using MLNet.Flows.Transformers.Loading;

[assembly: FlowLoader(
    typeof(MaskedAutoregressiveTransformer),
    typeof(MaskedAutoregressiveLoader),
    "Masked autoregressive flow",
    MaskedAutoregressiveLoader.LoaderSignature)]

namespace MLNet.Flows.Transformers.Loading;

/// <summary>What ML.NET calls when a model file names a masked autoregressive flow.</summary>
internal static class MaskedAutoregressiveLoader
{
    /// <summary>Written into every saved model; never changes.</summary>
    public const string LoaderSignature = "MaskedAutoregressiveFlow";

    /// <summary>Eight characters at the head of the model's entry; never changes.</summary>
    public const string ModelSignature = "MAFLOW-1";

    // Found by name and signature.
    private static MaskedAutoregressiveTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(
            environment,
            FlowModelFormat.Read(ModelStream.Load(context, ModelSignature, LoaderSignature, FlowModelFormat.MaximumLength)));
}
