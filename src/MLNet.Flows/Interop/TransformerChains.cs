using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Interop;

/// <summary>What ML.NET keeps to itself about chains.</summary>
internal static class TransformerChains
{
    /// <summary>The parts of a chain of any type; null where <paramref name="transformer"/> is no chain.</summary>
    public static ITransformer[]? Parts(ITransformer transformer) => (transformer as ITransformerChainAccessor)?.Transformers;

    /// <summary>A chain of the same type and scopes, of other transformers.</summary>
    public static ITransformer With(ITransformer chain, ITransformer[] transformers) => (ITransformer)Activator.CreateInstance(
        chain.GetType(),
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
        binder: null,
        [transformers, ((ITransformerChainAccessor)chain).Scopes],
        culture: null)!;
}
