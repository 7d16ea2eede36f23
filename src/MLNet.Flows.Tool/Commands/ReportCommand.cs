using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Reports;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows report: one page of HTML about a model on a table.</summary>
internal static class ReportCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Argument<string[]> data = CommonOptions.Data();
        Option<string> output = CommonOptions.Out("The page to write, such as report.html.");
        Option<string?> label = CommonOptions.Label("The column that says which rows are anomalies. Default: none.");
        Option<string[]> anomaly = CommonOptions.Anomaly();
        var train = new Option<string[]>("--train")
        {
            Description = "Files of the rows that the model was trained on, to show beside the others. Default: none.",
            DefaultValueFactory = _ => [],
            HelpName = "FILE",
        };
        Option<int> top = CommonOptions.Count("--top", "How many of the strangest rows to explain.", 12);
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> force = CommonOptions.Force();
        var command = new Command("report", "Write a page of HTML: likelihoods, alarms, curves, strangest rows, drift.")
        {
            model, data, output, label, anomaly, train, top, comma, force,
        };
        command.SetAction(parsed =>
        {
            using var file = new NewFile(parsed.GetRequiredValue(output), parsed.GetValue(force));
            var mlContext = new MLContext(seed: 1);
            ModelFile loaded = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            bool decimalComma = parsed.GetValue(comma);
            Table table = Table.Open(parsed.GetRequiredValue(data), decimalComma, shell.Cancellation);
            string[] trained = parsed.GetRequiredValue(train);
            Table? training = trained.Length == 0 ? null : Table.Open(trained, decimalComma, shell.Cancellation);
            string? cell = parsed.GetValue(label) is string name
                ? LabelColumn.Cell(table, name, parsed.GetRequiredValue(anomaly))
                : null;
            Report report = Progress.Run(shell, "reporting", progress => Report.Of(
                mlContext, loaded, table, training, cell, parsed.GetValue(top), progress));
            file.Write(path => File.WriteAllText(path, ReportPage.Of(report)));
            shell.SummaryOf(file).WriteLine(
                new ScoredRows(report.Data.Rows, report.Data.Alarms, report.Data.Unscored).InOneLine(file.Path));
            return ExitCode.Success;
        });
        return command;
    }
}
