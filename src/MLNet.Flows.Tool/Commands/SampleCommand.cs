using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows sample: made-up rows from a model's density.</summary>
internal static class SampleCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Option<int> rows = CommonOptions.Count("--rows", "How many rows.", 1000);
        var given = new Option<string[]>("--given")
        {
            Description = "Of a model with --context: files with its columns; a row is drawn for each of theirs.",
            DefaultValueFactory = _ => [],
            HelpName = "FILE",
        };
        Option<string> output = CommonOptions.Out("The file to write: .csv, .tsv or .parquet (or .csv.gz).");
        Option<int> seed = CommonOptions.Seed("Same seed, same rows.");
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> force = CommonOptions.Force();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("sample", "Draw rows from a model's density.")
        {
            model, rows, given, output, seed, comma, force, json,
        };
        command.SetAction(parsed =>
        {
            using var file = new NewFile(parsed.GetRequiredValue(output), parsed.GetValue(force));
            var mlContext = new MLContext(seed: 1);
            ModelFile loaded = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            string[] contexts = parsed.GetRequiredValue(given);
            IDataView drawn = (loaded.Flow.ContextColumnName, contexts.Length) switch
            {
                (null, 0) => mlContext.Flows.Sample(loaded.Model, parsed.GetValue(rows), parsed.GetValue(seed)),
                (null, _) => throw new InputException($"'{loaded.Path}' has no context. Leave out --given, and say --rows."),
                (_, 0) => throw new InputException(
                    $"'{loaded.Path}' judges rows given {Table.NameList(loaded.ContextNames)}. Give files with these columns by "
                    + "--given."),
                _ => mlContext.Flows.Sample(
                    loaded.Model,
                    Contexts(loaded, Table.Open(contexts, parsed.GetValue(comma)), shell.Cancellation),
                    parsed.GetValue(seed)),
            };
            long written = Progress.Run(shell, "drawing", report => Write(file, loaded, drawn, report, shell.Cancellation));
            if (parsed.GetValue(json))
                Json.Write(shell.Output, new { Rows = written });
            else
                shell.Output.WriteLine(FormattableString.Invariant($"{file.Path}: {written:N0} rows."));
            return ExitCode.Success;
        });
        return command;
    }

    // The chain makes the context's vector; what else it reads is missing here.
    private static IDataView Contexts(ModelFile file, Table table, CancellationToken cancellation)
    {
        return file.Model.Transform(ModelInputs.ContextRows(file, table, cancellation));
    }

    private static long Write(
        NewFile file, ModelFile model, IDataView drawn, Progress.Report report, CancellationToken cancellation)
    {
        DataViewSchema schema = drawn.Schema;
        FlowTransformer flow = model.Flow;
        using DataViewRowCursor cursor = drawn.GetRowCursor(schema);
        List<OutputColumn> columns = [];
        if (flow.ContextColumnName is string context)
            columns.AddRange(OutputColumn.Slots(cursor, schema[context], model.ContextNames));
        if (flow.FeatureColumnName is string features)
            columns.AddRange(OutputColumn.Slots(cursor, schema[features], model.FeatureNames));
        columns.AddRange(flow.CategoricalColumnNames.Select(name => OutputColumn.Text(cursor, schema[name])));
        columns.Add(OutputColumn.Number(cursor, schema[flow.LogLikelihoodColumnName]));
        return TableWriter.Write(file, cursor, columns, beside: null, rows =>
        {
            cancellation.ThrowIfCancellationRequested();
            report(null, FormattableString.Invariant($"{rows:N0} rows"));
        });
    }
}
