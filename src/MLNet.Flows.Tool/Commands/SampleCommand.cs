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
        var givenFiles = new Option<string[]>("--given")
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
            model, rows, givenFiles, output, seed, comma, force, json,
        };
        command.SetAction(parsed =>
        {
            using var file = new NewFile(parsed.GetRequiredValue(output), parsed.GetValue(force));
            var mlContext = new MLContext(seed: 1);
            ModelFile loaded = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            string[] given = parsed.GetRequiredValue(givenFiles);
            RequireGiven(loaded, given);
            Table? contexts = given.Length > 0 ? Table.Open(given, parsed.GetValue(comma), shell.Cancellation) : null;
            // The chain makes the context's vector of its columns.
            IDataView drawn = contexts is null
                ? mlContext.Flows.Sample(loaded.Model, parsed.GetValue(rows), parsed.GetValue(seed))
                : mlContext.Flows.Sample(
                    loaded.Model,
                    loaded.Model.Transform(ModelInputs.ContextRows(loaded, contexts)),
                    parsed.GetValue(seed));
            long written = Progress.Run(
                shell, "drawing", report => Write(file, loaded, drawn, contexts, report, shell.Cancellation));
            if (parsed.GetValue(json))
                Json.Write(shell.Output, new { Rows = written });
            else
                shell.SummaryOf(file).WriteLine(FormattableString.Invariant($"{file.Path}: {written:N0} rows."));
            return ExitCode.Success;
        });
        return command;
    }

    private static void RequireGiven(ModelFile file, string[] given)
    {
        IReadOnlyList<string> context = ModelInputs.ContextOf(file);
        if (context.Count == 0 && given.Length > 0)
            throw new InputException($"'{file.Path}' has no context. Leave out --given, and say --rows.");
        if (context.Count > 0 && given.Length == 0)
        {
            throw new InputException(
                $"'{file.Path}' judges rows given {Table.NameList(context)}. Give files with these columns by --given.");
        }
    }

    private static long Write(
        NewFile file,
        ModelFile model,
        IDataView drawn,
        Table? contexts,
        Progress.Report report,
        CancellationToken cancellation)
    {
        DataViewSchema schema = drawn.Schema;
        FlowTransformer flow = model.Flow;
        using DataViewRowCursor cursor = drawn.GetRowCursor(schema);
        List<OutputColumn> columns = [];
        if (flow.FeatureColumnName is string features)
            columns.AddRange(OutputColumn.Slots(cursor, schema[features], model.FeatureNames));
        columns.AddRange(flow.CategoricalColumnNames.Select(name => OutputColumn.Text(cursor, schema[name])));
        columns.Add(OutputColumn.Number(cursor, schema[flow.LogLikelihoodColumnName]));
        (string, string)[] given = [.. ModelInputs.ContextOf(model).Select(name => ($"source.{Sql.Name(name)}", name))];
        return TableWriter.Write(file, cursor, columns, contexts is null ? null : (contexts, given), rows =>
        {
            cancellation.ThrowIfCancellationRequested();
            report(null, FormattableString.Invariant($"{rows:N0} rows"));
        });
    }
}
