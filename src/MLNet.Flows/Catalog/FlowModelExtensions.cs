using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Transformers;

namespace Microsoft.ML;

/// <summary>What a fitted or loaded model that holds a flow can do.</summary>
public static class FlowModelExtensions
{
    /// <summary>The model's last flow: of a chain, at any depth, as fitted or as loaded from a file.</summary>
    /// <param name="model">A flow or a chain that holds one.</param>
    /// <returns>The flow; it scores, samples and explains by itself.</returns>
    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    public static FlowTransformer FindFlow(this ITransformer model) => FlowChain.Of(model).Flow;

    /// <summary>The same model with another false-alarm rate in all its flows; nothing is retrained, and the model itself is left
    /// as it is.</summary>
    /// <typeparam name="TModel">The model's type.</typeparam>
    /// <param name="model">A flow or a chain that holds one, at any depth, as fitted or as loaded from a file.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new model of the same type.</returns>
    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    public static TModel WithFalseAlarmRate<TModel>(this TModel model, double falseAlarmRate)
        where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        ITransformer changed = Change(model, falseAlarmRate);
        return ReferenceEquals(changed, model) ? throw FlowChain.WithoutFlow(model) : (TModel)changed;
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
