using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Distributions;
using MLNet.Flows.Explanation;
using MLNet.Flows.Model;

namespace MLNet.Flows.Transformers;

/// <summary>The flow's columns as ML.NET getters over the current row.</summary>
internal static class FlowGetters
{
    /// <param name="output">Which column.</param>
    /// <param name="model">The flow.</param>
    /// <param name="row">The current row.</param>
    public static Delegate Create(FlowOutput output, FlowModel model, IFlowRow row) => output switch
    {
        FlowOutput.LogLikelihood => (ValueGetter<float>)((ref float value) => value = row.LogLikelihood()),
        FlowOutput.Score => (ValueGetter<float>)((ref float value) => value = -row.LogLikelihood()),
        FlowOutput.PValue => (ValueGetter<float>)((ref float value) => value = model.Quantiles.PValue(row.LogLikelihood())),
        FlowOutput.PredictedLabel => (ValueGetter<bool>)((ref bool value) =>
        {
            // A row that cannot be scored is an alarm. Compared as Single: the p-value 0.01 is not below the rate 0.01.
            float p = model.Quantiles.PValue(row.LogLikelihood());
            value = float.IsNaN(p) || p < (float)model.FalseAlarmRate;
        }),
        FlowOutput.Latent => Latent(model.Density, row),
        FlowOutput.FeatureContributions => FeatureContributions(model, row),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, null),
    };

    private static ValueGetter<VBuffer<float>> Latent(FlowDensity density, IFlowRow row)
    {
        FlowWorkspace workspace = density.CreateWorkspace();
        return (ref VBuffer<float> value) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, density.FeatureCount);
            density.Latent(row.Features(), editor.Values, workspace);
            value = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<float>> FeatureContributions(FlowModel model, IFlowRow row)
    {
        var gradients = new IntegratedGradients(model.Density, model.Reference);
        return (ref VBuffer<float> value) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, model.Density.FeatureCount);
            gradients.Explain(row.Features(), editor.Values);
            value = editor.Commit();
        };
    }

    /// <summary>The getter as the consumer asked for it.</summary>
    public static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException(
            $"Column '{column.Name}' is {column.Type}, but its getter was asked for {typeof(TValue)}. Ask for "
            + $"{column.Type.RawType}.");
}
