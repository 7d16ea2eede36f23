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
        FlowOutput.LogLikelihood => (ValueGetter<float>)((ref float value) => value = row.Score().LogLikelihood),
        FlowOutput.Score => (ValueGetter<float>)((ref float value) => value = row.Score().Score),
        FlowOutput.PValue => PValue(model, row),
        FlowOutput.PredictedLabel => PredictedLabel(model, row),
        FlowOutput.Latent => Latent(model.Density.Flow, row),
        FlowOutput.FeatureContributions => FeatureContributions(model, row),
        _ => throw new ArgumentOutOfRangeException(nameof(output), output, null),
    };

    private static ValueGetter<float> PValue(FlowModel model, IFlowRow row)
    {
        var pValues = new PValues(model);
        return (ref float value) => value = pValues.Of(row.Score().Score, row.Context());
    }

    // A row that cannot be scored is an alarm. Compared as Single: the p-value 0.01 is not below the rate 0.01.
    private static ValueGetter<bool> PredictedLabel(FlowModel model, IFlowRow row)
    {
        ValueGetter<float> pValue = PValue(model, row);
        return (ref bool value) =>
        {
            float p = 0;
            pValue(ref p);
            value = float.IsNaN(p) || p < (float)model.FalseAlarmRate;
        };
    }

    private static ValueGetter<VBuffer<float>> Latent(FlowDensity density, IFlowRow row)
    {
        FlowWorkspace workspace = density.CreateWorkspace();
        return (ref VBuffer<float> value) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, density.FeatureCount);
            density.Latent(row.Features(), row.Context(), editor.Values, workspace, row.Categories());
            value = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<float>> FeatureContributions(FlowModel model, IFlowRow row)
    {
        var explainer = new RowExplainer(model.Density, new ReferenceRow(model.Reference, model.ReferenceCategories));
        int count = model.Density.FeatureCount + model.Density.CategoryColumns;
        return (ref VBuffer<float> value) =>
        {
            VBufferEditor<float> editor = VBufferEditor.Create(ref value, count);
            explainer.Explain(row.Features(), row.Context(), row.Categories(), editor.Values);
            value = editor.Commit();
        };
    }

    /// <summary>The getter as the consumer asked for it.</summary>
    public static ValueGetter<TValue> Cast<TValue>(Delegate getter, DataViewSchema.Column column) => getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException(
            $"Column '{column.Name}' is {column.Type}, but its getter was asked for {typeof(TValue)}. Ask for "
            + $"{column.Type.RawType}.");
}
