using Microsoft.ML;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>The rows with the highest scores, with what makes them strange.</summary>
/// <param name="Rows">The strangest first.</param>
/// <param name="Unscored">Rows without a score, because a number is missing or infinite.</param>
/// <param name="FirstUnscored">The first of them, from 1; null where there is none.</param>
internal sealed record StrangestRows(IReadOnlyList<StrangeRow> Rows, long Unscored, long? FirstUnscored)
{
    private const int RowsBetweenReports = 16_384;

    /// <summary>A pass over all rows for their scores, and one for the strangest alone.</summary>
    public static StrangestRows Find(
        MLContext mlContext,
        ModelFile file,
        Table table,
        int count,
        int numberOfFeatures,
        Progress.Report report)
    {
        IDataView scored = file.Model.Transform(ModelInputs.Rows(file, table, []));
        (Scored[] strangest, long unscored, long? first) = Strangest(scored, file.Flow, count, report);

        report(null, $"{strangest.Length} rows");
        long[] positions = [.. strangest.Select(row => row.Position).Order()];
        TableView kept = ModelInputs.Rows(file, table, [], positions);
        IReadOnlyList<FeatureContribution>[] why = [.. mlContext.Flows.ExplainRows(file.Model, kept, numberOfFeatures)];
        IReadOnlyList<IReadOnlyDictionary<string, string?>> cells = table.Cells(positions);
        return new StrangestRows(
            [
                .. strangest.Select(row => (Row: row, At: Array.BinarySearch(positions, row.Position))).Select(each =>
                    new StrangeRow(
                        each.Row.Position + 1,
                        each.Row.Score,
                        each.Row.PValue,
                        each.Row.Alarm,
                        cells[each.At],
                        why[each.At])),
            ],
            unscored,
            first);
    }

    private static (Scored[] Strangest, long Unscored, long? First) Strangest(
        IDataView scored, FlowTransformer flow, int count, Progress.Report report)
    {
        DataViewSchema schema = scored.Schema;
        using DataViewRowCursor cursor = scored.GetRowCursor(
            [schema[flow.ScoreColumnName], schema[flow.PValueColumnName], schema[flow.PredictedLabelColumnName]]);
        ValueGetter<float> readScore = cursor.GetGetter<float>(schema[flow.ScoreColumnName]);
        ValueGetter<float> readPValue = cursor.GetGetter<float>(schema[flow.PValueColumnName]);
        ValueGetter<bool> readAlarm = cursor.GetGetter<bool>(schema[flow.PredictedLabelColumnName]);

        // The least strange of those kept comes out first; of equal scores the later row.
        var queue = new PriorityQueue<Scored, (float Score, long Position)>();
        (long unscored, long? first) = (0, null);
        while (cursor.MoveNext())
        {
            float score = 0;
            readScore(ref score);
            if ((cursor.Position + 1) % RowsBetweenReports == 0)
                report(null, FormattableString.Invariant($"{cursor.Position + 1:N0} rows"));
            if (float.IsNaN(score))
            {
                unscored++;
                first ??= cursor.Position + 1;
                continue;
            }

            if (queue.Count == count && queue.Peek().Score >= score)
                continue;
            float pValue = 0;
            bool alarm = false;
            readPValue(ref pValue);
            readAlarm(ref alarm);
            if (queue.Count == count)
                queue.Dequeue();
            queue.Enqueue(new Scored(cursor.Position, score, pValue, alarm), (score, -cursor.Position));
        }

        return ([.. queue.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)], unscored, first);
    }

    private sealed record Scored(long Position, float Score, float PValue, bool Alarm);
}
