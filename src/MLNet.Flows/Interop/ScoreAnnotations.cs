using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLNet.Flows.Interop;

/// <summary>The annotations that ML.NET's own anomaly scorer puts on its columns: what kind of score, which value, which
/// scorer.</summary>
internal static class ScoreAnnotations
{
    /// <param name="input">The schema scored; the new columns' set number is one above its highest.</param>
    /// <param name="valueKind">"Score" or "PredictedLabel".</param>
    public static DataViewSchema.Annotations Create(DataViewSchema input, string valueKind)
    {
        uint set = HighestSet(input) + 1;
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(
            AnnotationUtils.Kinds.ScoreColumnSetId, AnnotationUtils.ScoreColumnSetIdType, (ref uint value) => value = set);
        AddText(builder, AnnotationUtils.Kinds.ScoreColumnKind, AnnotationUtils.Const.ScoreColumnKind.AnomalyDetection);
        AddText(builder, AnnotationUtils.Kinds.ScoreValueKind, valueKind);
        return builder.ToAnnotations();
    }

    private static void AddText(DataViewSchema.Annotations.Builder builder, string kind, string text) =>
        builder.Add(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> value) => value = text.AsMemory());

    private static uint HighestSet(DataViewSchema schema)
    {
        uint highest = 0;
        foreach (DataViewSchema.Column column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.ScoreColumnSetId) is { } annotation
                && annotation.Type is KeyDataViewType { RawType: var raw } && raw == typeof(uint))
            {
                uint set = 0;
                column.Annotations.GetValue(AnnotationUtils.Kinds.ScoreColumnSetId, ref set);
                highest = Math.Max(highest, set);
            }
        }

        return highest;
    }
}
