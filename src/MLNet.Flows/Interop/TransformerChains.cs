using Microsoft.ML.Data;

namespace MLNet.Flows.Interop;

/// <summary>What ML.NET keeps to itself about chains.</summary>
internal static class TransformerChains
{
    /// <summary>For each transformer of the chain, whether it runs in training, testing, scoring.</summary>
    public static TransformerScope[] Scopes(ITransformerChainAccessor chain) => chain.Scopes;

    /// <summary>The same chain of other transformers.</summary>
    public static TransformerChain<TLast> With<TLast>(TransformerChain<TLast> chain, Microsoft.ML.ITransformer[] transformers)
        where TLast : class, Microsoft.ML.ITransformer => new(transformers, Scopes(chain));
}
