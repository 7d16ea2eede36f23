using Microsoft.ML.Data;
using MLNet.Flows.Interop;
using MLNet.Flows.Transformers;

namespace Microsoft.ML;

/// <summary>Changes to models that hold a flow.</summary>
public static class FlowModelExtensions
{
    /// <summary>The same chain with another false-alarm rate in its flows; nothing is retrained and the chain itself is left as it is.</summary>
    /// <typeparam name="TLastTransformer">The chain's last transformer.</typeparam>
    /// <param name="model">A chain that holds a flow.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new chain.</returns>
    /// <exception cref="ArgumentException">The chain holds no flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    public static TransformerChain<TLastTransformer> WithFalseAlarmRate<TLastTransformer>(this TransformerChain<TLastTransformer> model, double falseAlarmRate)
        where TLastTransformer : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        var changed = 0;
        ITransformer[] transformers = [.. model.Select(Change)];
        return changed > 0
            ? TransformerChains.With(model, transformers)
            : throw new ArgumentException($"The model holds no flow among {string.Join(", ", transformers.Select(t => t.GetType().Name))}. Append one with mlContext.Flows.PlanarFlow().");

        ITransformer Change(ITransformer transformer)
        {
            switch (transformer)
            {
                case FlowTransformer flow:
                    changed++;
                    return flow.WithRate(falseAlarmRate);
                case TransformerChain<ITransformer> inner when HoldsFlow(inner):
                    changed++;
                    return inner.WithFalseAlarmRate(falseAlarmRate);
                default:
                    return transformer;
            }
        }
    }

    /// <summary>The same model, as loaded from a file, with another false-alarm rate in its flows.</summary>
    /// <param name="model">A flow or a chain that holds one.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new model.</returns>
    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    public static ITransformer WithFalseAlarmRate(this ITransformer model, double falseAlarmRate)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model switch
        {
            FlowTransformer flow => flow.WithRate(falseAlarmRate),
            TransformerChain<ITransformer> chain => chain.WithFalseAlarmRate(falseAlarmRate),
            _ => throw new ArgumentException($"The model is a {model.GetType().Name}, which holds no flow. Append one with mlContext.Flows.PlanarFlow()."),
        };
    }

    private static bool HoldsFlow(TransformerChain<ITransformer> chain) =>
        chain.Any(t => t is FlowTransformer || (t is TransformerChain<ITransformer> inner && HoldsFlow(inner)));
}
