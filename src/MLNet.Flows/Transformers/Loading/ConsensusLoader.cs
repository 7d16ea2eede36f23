using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Persistence;
using MLNet.Flows.Transformers.Loading;

[assembly: FlowLoader(
    typeof(ConsensusTransformer), typeof(ConsensusLoader), "Consensus of flows", ConsensusLoader.LoaderSignature)]

namespace MLNet.Flows.Transformers.Loading;

/// <summary>What ML.NET calls when a model file names a consensus.</summary>
internal static class ConsensusLoader
{
    /// <summary>Written into every saved model; never changes.</summary>
    public const string LoaderSignature = "FlowConsensus";

    /// <summary>Eight characters at the head of the model's entry; never changes.</summary>
    public const string ModelSignature = "CONSFLOW";

    // Found by name and signature.
    private static ConsensusTransformer Create(IHostEnvironment environment, ModelLoadContext context) =>
        new(
            environment,
            FlowModelFormat.Read(ModelStream.Load(context, ModelSignature, LoaderSignature, FlowModelFormat.MaximumLength)));
}
