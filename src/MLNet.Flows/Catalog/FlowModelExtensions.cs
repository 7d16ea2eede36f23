using Microsoft.ML.Data;
using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Transformers;

namespace Microsoft.ML;

/// <summary>Changes to models that hold a flow.</summary>
public static class FlowModelExtensions
{
    /// <summary>The same chain with another false-alarm rate in all its flows; nothing is retrained and the chain itself is left as it is.</summary>
    /// <typeparam name="TLastTransformer">The chain's last transformer.</typeparam>
    /// <param name="model">A chain that holds a flow, at any depth.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new chain.</returns>
    /// <exception cref="ArgumentException">The chain holds no flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    public static TransformerChain<TLastTransformer> WithFalseAlarmRate<TLastTransformer>(this TransformerChain<TLastTransformer> model, double falseAlarmRate)
        where TLastTransformer : class, ITransformer => (TransformerChain<TLastTransformer>)((ITransformer)model).WithFalseAlarmRate(falseAlarmRate);

    /// <summary>The same model, as fitted or as loaded from a file, with another false-alarm rate in all its flows.</summary>
    /// <param name="model">A flow or a chain that holds one, at any depth.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new model of the same type.</returns>
    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    public static ITransformer WithFalseAlarmRate(this ITransformer model, double falseAlarmRate)
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer changed = Change(model, falseAlarmRate);
        return ReferenceEquals(changed, model)
            ? throw new ArgumentException($"The model holds no flow: it is {FlowChain.Describe(model)}. Append one with mlContext.Flows.PlanarFlow().")
            : changed;
    }

    // The model itself where nothing in it is a flow.
    private static ITransformer Change(ITransformer model, double falseAlarmRate)
    {
        if (model is FlowTransformer flow)
            return flow.WithRate(falseAlarmRate);
        if (TransformerChains.Parts(model) is not { } parts)
            return model;
        ITransformer[] changed = Array.ConvertAll(parts, part => Change(part, falseAlarmRate));
        return changed.AsSpan().SequenceEqual(parts) ? model : TransformerChains.With(model, changed);
    }
}
