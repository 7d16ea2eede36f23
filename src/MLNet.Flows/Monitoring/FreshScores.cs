using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Model;
using MLNet.Flows.Schema;

namespace MLNet.Flows.Monitoring;

/// <summary>Rows that a flow was not trained on, scored once.</summary>
/// <param name="Ranked">What p-values rank the rows by: -Score, given a context less what is usual there.</param>
/// <param name="PValues">Of the same rows.</param>
/// <param name="Scores">Of the same rows.</param>
/// <param name="Weights">Of the same rows; empty for all 1.</param>
/// <param name="Missing">Rows without a score, or of no weight.</param>
internal sealed record FreshScores(float[] Ranked, float[] PValues, float[] Scores, float[] Weights, long Missing)
{
    /// <param name="flow">The flow.</param>
    /// <param name="rows">As the flow meets them.</param>
    /// <param name="weightColumnName">A Single column of example weights; null for none.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type or size, or a weight is negative.</exception>
    public static FreshScores Of(FlowTransformer flow, IDataView rows, string? weightColumnName)
    {
        IDataView scored = flow.Transform(rows);
        DataViewSchema.Column score = scored.Schema[flow.ScoreColumnName], pValue = scored.Schema[flow.PValueColumnName];
        DataViewSchema.Column? context = flow.ContextColumnName is string name ? scored.Schema[name] : null;
        DataViewSchema.Column? weight =
            weightColumnName is null ? null : FeatureColumn.BindWeight(scored.Schema, weightColumnName);
        List<float> ranked = [], pValues = [], scores = [], weights = [];
        long missing = 0;
        using DataViewRowCursor cursor = scored.GetRowCursor(
            new DataViewSchema.Column?[] { score, pValue, context, weight }.OfType<DataViewSchema.Column>());
        ValueGetter<float> readScore = cursor.GetGetter<float>(score), readPValue = cursor.GetGetter<float>(pValue);
        ValueGetter<float>? readWeight = weight is null ? null : cursor.GetGetter<float>(weight.Value);
        ValueGetter<VBuffer<float>>? readContext =
            context is null ? null : FeatureColumn.Reader(cursor, context.Value, flow.ContextCount);
        var ranks = new PValues(flow.Model);
        VBuffer<float> given = default;
        float s = 0, p = 0, w = 1;
        while (cursor.MoveNext())
        {
            readScore(ref s);
            readPValue(ref p);
            readWeight?.Invoke(ref w);
            readContext?.Invoke(ref given);
            if (w < 0)
            {
                throw new ArgumentException(
                    $"Row {cursor.Position} has the weight {w}, but weights are 0 or more. Leave such rows out.");
            }

            if (float.IsNaN(s) || !float.IsFinite(w) || w == 0)
            {
                missing++;
                continue;
            }

            ranked.Add(ranks.Ranked(s, [.. given.DenseValues()]));
            pValues.Add(p);
            scores.Add(s);
            if (readWeight is not null)
                weights.Add(w);
        }

        return new FreshScores([.. ranked], [.. pValues], [.. scores], [.. weights], missing);
    }
}
