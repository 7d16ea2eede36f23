using Microsoft.ML;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>A table with a flow's columns behind its own.</summary>
internal sealed class ScoredTable
{
    /// <summary>The names of what scoring adds.</summary>
    public static readonly string[] Added = ["LogLikelihood", "Score", "PValue", "PredictedLabel"];

    private readonly FlowTransformer _flow;
    private readonly IDataView _scored;
    private readonly Table _table;
    private readonly IReadOnlyList<(string Cell, string Name)> _own;
    private readonly string _prefix;

    private ScoredTable(
        FlowTransformer flow, IDataView scored, Table table, IReadOnlyList<(string, string)> own, string prefix)
    {
        (_flow, _scored, _table, _own, _prefix) = (flow, scored, table, own, prefix);
    }

    /// <param name="file">The model.</param>
    /// <param name="table">The rows.</param>
    /// <param name="prefix">Put before the names of the flow's columns.</param>
    /// <param name="typed">Whether the columns of text files that the model reads as numbers are written as numbers.</param>
    /// <exception cref="InputException">The table has a column of the name that one of the flow's will have.</exception>
    public static ScoredTable Of(ModelFile file, Table table, string prefix, bool typed)
    {
        foreach (string name in Names(file.Flow))
        {
            if (table.Columns.FirstOrDefault(column => Same(column.Name, prefix + name)) is { } taken)
            {
                throw new InputException(
                    $"{table.Name} has a column '{taken.Name}' already, which scoring adds. Give the file before it was scored, "
                    + "or another name by --prefix.");
            }
        }

        HashSet<string> numbers = [.. ModelInputs.Of(file).Where(ModelInputs.IsNumber).Select(input => input.Name)];
        // Cells are written as they stand.
        string Cell(TableColumn column) => typed && column.IsText && numbers.Contains(column.Name)
            ? Sql.Number(column, table.DecimalComma)
            : $"source.{Sql.Name(column.Name)}";
        return new ScoredTable(
            file.Flow,
            file.Model.Transform(ModelInputs.Rows(file, table, [])),
            table,
            [.. table.Columns.Select(column => (Cell(column), column.Name))],
            prefix);
    }

    public ScoredRows Write(NewFile file, Progress.Report report)
    {
        DataViewSchema schema = _scored.Schema;
        using DataViewRowCursor cursor = _scored.GetRowCursor(Names(_flow).Select(name => schema[name]));
        var counts = new Counts(cursor, _flow);
        long written = TableWriter.Write(
            file,
            cursor,
            [
                OutputColumn.Number(cursor, schema[_flow.LogLikelihoodColumnName], _prefix + _flow.LogLikelihoodColumnName),
                OutputColumn.Number(cursor, schema[_flow.ScoreColumnName], _prefix + _flow.ScoreColumnName),
                OutputColumn.Number(cursor, schema[_flow.PValueColumnName], _prefix + _flow.PValueColumnName),
                counts.Around(OutputColumn.Flag(
                    cursor, schema[_flow.PredictedLabelColumnName], _prefix + _flow.PredictedLabelColumnName)),
            ],
            (_table, _own),
            rows => report(null, FormattableString.Invariant($"{rows:N0} rows")));
        return new ScoredRows(written, counts.Alarms, counts.Unscored);
    }

    private static string[] Names(FlowTransformer flow) =>
        [flow.LogLikelihoodColumnName, flow.ScoreColumnName, flow.PValueColumnName, flow.PredictedLabelColumnName];

    private static bool Same(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Counts alarms while rows are written.</summary>
    private sealed class Counts(DataViewRow row, FlowTransformer flow)
    {
        private readonly ValueGetter<bool> _alarm = row.GetGetter<bool>(row.Schema[flow.PredictedLabelColumnName]);
        private readonly ValueGetter<float> _score = row.GetGetter<float>(row.Schema[flow.ScoreColumnName]);

        public long Alarms { get; private set; }

        public long Unscored { get; private set; }

        public OutputColumn Around(OutputColumn column) => column with
        {
            Write = (writer, i) =>
            {
                bool alarm = false;
                float score = 0;
                _alarm(ref alarm);
                _score(ref score);
                Alarms += alarm ? 1 : 0;
                Unscored += float.IsNaN(score) ? 1 : 0;
                column.Write(writer, i);
            },
        };
    }
}
