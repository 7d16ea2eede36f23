using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows score: a table in, the same table with likelihood, score, p-value and alarm out.</summary>
internal static class ScoreCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Argument<string[]> data = CommonOptions.Data();
        Option<string> output = CommonOptions.Out("The file to write: .csv, .tsv or .parquet (or .csv.gz).");
        var prefix = new Option<string>("--prefix")
        {
            Description = "Put before the names of the columns that are added.",
            DefaultValueFactory = _ => "",
        };
        Option<double?> rate = CommonOptions.Share(
            "--false-alarm-rate", "Share of normal rows that may alarm. Default: the model's.", 0, 1);
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> force = CommonOptions.Force();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("score", "Add log-likelihood, score, p-value and alarm to the rows of files.")
        {
            model, data, output, prefix, rate, comma, force, json,
        };
        command.SetAction(parsed =>
        {
            using var file = new NewFile(parsed.GetRequiredValue(output), parsed.GetValue(force));
            bool parquet = TableWriter.IsParquet(file.Path);
            var mlContext = new MLContext(seed: 1);
            ModelFile loaded = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            if (parsed.GetValue(rate) is { } given)
                loaded = loaded.WithFalseAlarmRate(given);
            Table table = Table.Open(parsed.GetRequiredValue(data), parsed.GetValue(comma), shell.Cancellation);
            ScoredTable scored = ScoredTable.Of(loaded, table, parsed.GetRequiredValue(prefix), parquet);
            ScoredRows rows = Progress.Run(shell, "scoring", report => scored.Write(file, report));
            if (parsed.GetValue(json))
                Json.Write(shell.Output, rows);
            else
                shell.SummaryOf(file).WriteLine(rows.InOneLine(file.Path));
            return ExitCode.Success;
        });
        return command;
    }
}
