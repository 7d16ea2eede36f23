using Microsoft.ML;
using Microsoft.ML.Data;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Models;

/// <summary>The columns that a model reads, and how a table gives them.</summary>
internal static class ModelInputs
{
    /// <summary>Beside the inputs, for columns of a table that are not the model's; no file's column begins so.</summary>
    public const string OwnPrefix = "\u0001";

    /// <summary>A view of a table for a model: its inputs by name, whatever their order, and further columns.</summary>
    /// <param name="file">The model.</param>
    /// <param name="table">The rows.</param>
    /// <param name="further">Columns beside the inputs: name, whether a number, and the expression that reads it.</param>
    /// <param name="only">The numbers of the rows, from 0; null for all.</param>
    /// <exception cref="InputException">A column is missing, or the model reads columns that are not single values.</exception>
    public static TableView Rows(
        ModelFile file,
        Table table,
        IEnumerable<(string Name, bool IsNumber, string Cell)> further,
        IReadOnlyCollection<long>? only = null)
    {
        return View(
            table,
            Of(file).Select(input => (input.Name, IsNumber(input), Cell(table, input))).Concat(further),
            only);
    }

    /// <summary>A view of a table for what makes a model's context: its inputs by name, all else missing.</summary>
    /// <exception cref="InputException">A column of the context is missing.</exception>
    public static TableView ContextRows(ModelFile file, Table table)
    {
        HashSet<string> needed = [.. ContextOf(file)];
        return View(
            table,
            Of(file).Select(input => (
                input.Name,
                IsNumber(input),
                needed.Contains(input.Name)
                    ? Cell(table, input)
                    : $"CAST(NULL AS {(IsNumber(input) ? "DOUBLE" : "VARCHAR")})")),
            only: null);
    }

    /// <summary>The columns that the model's flow depends on.</summary>
    /// <exception cref="InputException">They are not known, or not single values.</exception>
    public static IReadOnlyList<DataViewSchema.Column> Of(ModelFile file)
    {
        if (file.InputSchema is null)
        {
            throw new InputException(
                $"'{file.Path}' was saved without its columns. Save it with mlContext.Model.Save(model, data.Schema, path).");
        }

        DataViewSchema.Column[] inputs = ReadBy(file, file.Flow.ScoreColumnName);
        foreach (DataViewSchema.Column column in inputs)
        {
            if (column.Type != NumberDataViewType.Single && column.Type != TextDataViewType.Instance)
            {
                throw new InputException(
                    $"'{file.Path}' reads column '{column.Name}' of {column.Type}, but here a model reads single numbers "
                    + "(Single) and text, as those of 'mlflows train' do. Put them together within the model, by Concatenate.");
            }
        }

        return inputs;
    }

    /// <summary>Those that its context is made of; none of a flow without one.</summary>
    public static IReadOnlyList<string> ContextOf(ModelFile file) =>
        file.Flow.ContextColumnName is string context && file.InputSchema is not null
            ? [.. ReadBy(file, context).Select(input => input.Name)]
            : [];

    // Of the input schema, which may have others, those that reading the output asks for.
    private static DataViewSchema.Column[] ReadBy(ModelFile file, string output)
    {
        var probe = new ColumnProbe(file.InputSchema);
        IDataView transformed = file.Model.Transform(probe);
        using (transformed.GetRowCursor([transformed.Schema[output]]))
        {
        }

        return probe.Asked;
    }

    private static TableView View(
        Table table,
        IEnumerable<(string Name, bool IsNumber, string Cell)> columns,
        IReadOnlyCollection<long>? only)
    {
        (string Name, bool IsNumber, string Cell)[] all = [.. columns];
        return new TableView(
            TableView.SchemaOf(all.Select(column => (column.Name, column.IsNumber))),
            () => table.Read(all.Select(column => column.Cell), only));
    }

    public static bool IsNumber(DataViewSchema.Column input) => input.Type is NumberDataViewType;

    private static string Cell(Table table, DataViewSchema.Column input)
    {
        TableColumn column = table.Find(input.Name, "the model reads it");
        return IsNumber(input) ? Sql.Number(column, table.DecimalComma) : Sql.Category(column);
    }

    /// <summary>No rows; keeps which columns were asked for.</summary>
    private sealed class ColumnProbe(DataViewSchema schema) : IDataView
    {
        public DataViewSchema Schema => schema;

        public bool CanShuffle => false;

        public DataViewSchema.Column[] Asked { get; private set; } = [];

        public long? GetRowCount() => 0;

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            Asked = [.. columnsNeeded.DistinctBy(column => column.Index).OrderBy(column => column.Index)];
            return new EmptyCursor(schema);
        }

        public DataViewRowCursor[] GetRowCursorSet(
            IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class EmptyCursor(DataViewSchema schema) : DataViewRowCursor
    {
        public override long Position => -1;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public override bool MoveNext() => false;

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = default;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            (ref TValue value) => throw new InvalidOperationException("There is no row.");
    }
}
