using MLNet.Flows;
using MLNet.Flows.Interop;
using MLNet.Flows.Monitoring;
using MLNet.Flows.Transformers;

namespace Microsoft.ML;

/// <summary>What a fitted or loaded model that holds a flow can do.</summary>
public static class FlowModelExtensions
{
    /// <summary>The model's last flow: of a chain, at any depth, as fitted or as loaded from a file.</summary>
    /// <param name="model">A flow or a chain that holds one.</param>
    /// <returns>The flow; it scores, samples and explains by itself.</returns>
    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    /// <example>
    /// <code>
    /// FlowTransformer flow = mlContext.Model.Load("model.zip", out _).FindFlow();
    /// Console.WriteLine($"{flow.FeatureCount} features, alarms below a p-value of {flow.FalseAlarmRate}");
    /// </code>
    /// </example>
    public static FlowTransformer FindFlow(this ITransformer model) => FlowChain.Of(model).Flow;

    /// <summary>The same model with another false-alarm rate in all its flows; nothing is retrained, and the model itself is left
    /// as it is.</summary>
    /// <typeparam name="TModel">The model's type.</typeparam>
    /// <param name="model">A flow or a chain that holds one, at any depth, as fitted or as loaded from a file.</param>
    /// <param name="falseAlarmRate">PredictedLabel is true where PValue is below this, in [0, 1].</param>
    /// <returns>A new model of the same type.</returns>
    /// <exception cref="ArgumentException">The model holds no flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside [0, 1].</exception>
    /// <example>
    /// <code>
    /// ITransformer strict = model.WithFalseAlarmRate(0.001);      // one normal row in a thousand alarms
    /// IDataView scored = strict.Transform(today);
    /// </code>
    /// </example>
    public static TModel WithFalseAlarmRate<TModel>(this TModel model, double falseAlarmRate)
        where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        return Changed(model, rows: null, (flow, _) => flow.WithRate(falseAlarmRate));
    }

    /// <summary>The same model with p-values that rank rows among fresh ones, in all its flows; nothing is retrained, and the
    /// model itself is left as it is.</summary>
    /// <remarks>For rows that have drifted while what is strange has not, for a flow that was trained on contaminated rows, and
    /// for p-values from rows that no flow has seen. One pass over the rows for each flow; saved with the model. Rows without a
    /// score are passed over. Warns through the context's log about fewer rows than the false-alarm rate needs, and about rows
    /// that look like anomalies.</remarks>
    /// <typeparam name="TModel">The model's type.</typeparam>
    /// <param name="model">A flow or a chain that holds one, at any depth, as fitted or as loaded from a file.</param>
    /// <param name="freshNormalRows">The model's input: normal rows that it was not trained on.</param>
    /// <param name="exampleWeightColumnName">A Single column of example weights, 0 or more; null (the default) for
    /// none.</param>
    /// <returns>A new model of the same type.</returns>
    /// <exception cref="ArgumentException">The model holds no flow, a column is missing or of another type or size than in
    /// training, a weight is negative, or no row has a score.</exception>
    /// <example>
    /// <code>
    /// ITransformer recalibrated = model.Recalibrate(freshNormalRows);
    /// mlContext.Model.Save(recalibrated, freshNormalRows.Schema, "model.zip");
    /// </code>
    /// </example>
    public static TModel Recalibrate<TModel>(
        this TModel model, IDataView freshNormalRows, string? exampleWeightColumnName = null)
        where TModel : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(freshNormalRows);
        return Changed(
            model, freshNormalRows, (flow, rows) => flow.WithModel(
                Recalibration.Run(flow, rows!, exampleWeightColumnName, flow.Warn)));
    }

    private static TModel Changed<TModel>(
        TModel model, IDataView? rows, Func<FlowTransformer, IDataView?, FlowTransformer> change)
        where TModel : class, ITransformer
    {
        ITransformer changed = Change(model, rows, change);
        return ReferenceEquals(changed, model) ? throw FlowChain.WithoutFlow(model) : (TModel)changed;
    }

    // The model itself where nothing in it is a flow. Rows, where there are any, go through what comes before a flow.
    private static ITransformer Change(
        ITransformer model, IDataView? rows, Func<FlowTransformer, IDataView?, FlowTransformer> change)
    {
        if (model is FlowTransformer flow)
            return change(flow, rows);
        if (TransformerChains.Parts(model) is not { } parts)
            return model;
        var changed = new ITransformer[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            changed[i] = Change(parts[i], rows, change);
            rows = rows is null ? null : changed[i].Transform(rows);
        }

        return changed.AsSpan().SequenceEqual(parts) ? model : TransformerChains.With(model, changed);
    }
}
