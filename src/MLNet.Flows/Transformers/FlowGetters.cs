using Microsoft.ML;

namespace MLNet.Flows.Transformers;

/// <summary>The flow's four columns as ML.NET getters over one number, the current row's log-likelihood.</summary>
internal static class FlowGetters
{
    /// <param name="output">Which column.</param>
    /// <param name="model">The flow.</param>
    /// <param name="logLikelihood">The current row's.</param>
    public static Delegate Create(FlowOutput output, FlowModel model, Func<float> logLikelihood) => output switch
    {
        FlowOutput.LogLikelihood => (ValueGetter<float>)((ref float value) => value = logLikelihood()),
        FlowOutput.Score => (ValueGetter<float>)((ref float value) => value = -logLikelihood()),
        FlowOutput.PValue => (ValueGetter<float>)((ref float value) => value = model.Quantiles.PValue(logLikelihood())),
        FlowOutput.PredictedLabel => (ValueGetter<bool>)((ref bool value) =>
        {
            // A row that cannot be scored is an alarm. Compared as Single: the p-value 0.01 is not below the rate 0.01.
            float p = model.Quantiles.PValue(logLikelihood());
            value = float.IsNaN(p) || p < (float)model.FalseAlarmRate;
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, null),
    };

    /// <summary>The getter as the consumer asked for it.</summary>
    public static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}, but its getter was asked for {typeof(TValue)}. Ask for {column.Type.RawType}.");
}
