using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Persistence;
using MLNet.Flows.Transformers.Loading;

[assembly: FlowLoader(typeof(GlowTransformer), typeof(GlowLoader), "Glow", GlowLoader.LoaderSignature)]

namespace MLNet.Flows.Transformers.Loading;

/// <summary>What ML.NET calls when a model file names a Glow.</summary>
internal static class GlowLoader
{
    /// <summary>Written into every saved model; never changes.</summary>
    public const string LoaderSignature = "GlowFlow";

    /// <summary>Eight characters at the head of the model's entry; never changes.</summary>
    public const string ModelSignature = "GLOWFLOW";

    // Found by name and signature.
    private static GlowTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(
            environment,
            FlowModelFormat.Read(ModelStream.Load(context, ModelSignature, LoaderSignature, FlowModelFormat.MaximumLength)));
}
