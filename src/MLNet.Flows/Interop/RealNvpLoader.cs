using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Interop;
using MLNet.Flows.Persistence;
using MLNet.Flows.Transformers;

[assembly: LoadableClass(typeof(RealNvpTransformer), typeof(RealNvpLoader), null, typeof(SignatureLoadModel), "RealNVP", RealNvpLoader.LoaderSignature)]

namespace MLNet.Flows.Interop;

/// <summary>What ML.NET calls when a model file names a RealNVP.</summary>
internal static class RealNvpLoader
{
    /// <summary>Written into every saved model; never changes.</summary>
    public const string LoaderSignature = "RealNvp";

    /// <summary>Eight characters at the head of the model's entry; never changes.</summary>
    public const string ModelSignature = "REALNVPF";

    // Found by name and signature.
    private static RealNvpTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(environment, FlowModelFormat.Read(ModelStream.Load(context, ModelSignature, LoaderSignature, FlowModelFormat.MaximumLength)));
}
