using System.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
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

    /// <summary>One pass over the rows, of which only the strangest are kept.</summary>
    public static StrangestRows Find(
        MLContext mlContext,
        ModelFile file,
        Table table,
        int count,
        int numberOfFeatures,
        Progress.Report report,
        CancellationToken cancellation)
    {
        IEnumerable<(string, bool, string)> carried = table.Columns.Select(
            (column, i) => ($"{ModelInputs.OwnPrefix}{i}", false, Sql.Verbatim(column)));
        TableView view = ModelInputs.Rows(file, table, carried, cancellation);
        IDataView scored = file.Model.Transform(view);
        (Scored[] strangest, long unscored, long? first) = Strangest(scored, view.Schema, file.Flow, count, report);

        report(null, $"{strangest.Length} rows");
        var inputs = new DataTable();
        foreach (DataViewSchema.Column column in view.Schema)
            inputs.Columns.Add(column.Name, column.Type is NumberDataViewType ? typeof(double) : typeof(string));
        foreach (Scored row in strangest)
            inputs.Rows.Add(row.Cells);
        var kept = new TableView(view.Schema, inputs.CreateDataReader, table.Name, cancellation);
        IReadOnlyList<FeatureContribution>[] why = [.. mlContext.Flows.ExplainRows(file.Model, kept, numberOfFeatures)];
        int own = view.Schema.Count - table.Columns.Count;
        return new StrangestRows(
            [
                .. strangest.Select((row, i) => new StrangeRow(
                    row.Position + 1,
                    row.Score,
                    row.PValue,
                    row.Alarm,
                    table.Columns.Select((column, c) => (column.Name, Value: row.Cells[own + c] as string))
                        .ToDictionary(cell => cell.Name, cell => cell.Value),
                    why[i])),
            ],
            unscored,
            first);
    }

    private static (Scored[] Strangest, long Unscored, long? First) Strangest(
        IDataView scored, DataViewSchema inputs, FlowTransformer flow, int count, Progress.Report report)
    {
        DataViewSchema schema = scored.Schema;
        DataViewSchema.Column[] kept = [.. inputs.Select(column => schema[column.Index])];
        using DataViewRowCursor cursor = scored.GetRowCursor(
            [.. kept, schema[flow.ScoreColumnName], schema[flow.PValueColumnName], schema[flow.PredictedLabelColumnName]]);
        ValueGetter<float> readScore = cursor.GetGetter<float>(schema[flow.ScoreColumnName]);
        ValueGetter<float> readPValue = cursor.GetGetter<float>(schema[flow.PValueColumnName]);
        ValueGetter<bool> readAlarm = cursor.GetGetter<bool>(schema[flow.PredictedLabelColumnName]);
        Func<object?>[] readCells = [.. kept.Select(column => Cell(cursor, column))];

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
            object?[] cells = Array.ConvertAll(readCells, read => read());
            var row = new Scored(cursor.Position, score, pValue, alarm, cells);
            if (queue.Count == count)
                queue.Dequeue();
            queue.Enqueue(row, (score, -cursor.Position));
        }

        return ([.. queue.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)], unscored, first);
    }

    private static Func<object?> Cell(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is NumberDataViewType)
        {
            ValueGetter<float> number = row.GetGetter<float>(column);
            return () =>
            {
                float value = 0;
                number(ref value);
                return float.IsNaN(value) ? null : (double)value;
            };
        }

        ValueGetter<ReadOnlyMemory<char>> text = row.GetGetter<ReadOnlyMemory<char>>(column);
        return () =>
        {
            ReadOnlyMemory<char> value = default;
            text(ref value);
            return value.IsEmpty ? null : value.ToString();
        };
    }

    private sealed record Scored(long Position, float Score, float PValue, bool Alarm, object?[] Cells);
}
