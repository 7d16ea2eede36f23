using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows evaluate: how well a model's scores separate labelled anomalies from normal rows.</summary>
internal static class EvaluateCommand
{
    private const string LabelName = ModelInputs.OwnPrefix + "label";

    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Argument<string[]> data = CommonOptions.Data();
        var label = new Option<string>("--label")
        {
            Description = "The column that says which rows are anomalies.",
            Required = true,
        };
        Option<string[]> anomaly = CommonOptions.Anomaly();
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("evaluate", "Compare a model's scores with labels.")
        {
            model, data, label, anomaly, comma, json,
        };
        command.SetAction(parsed =>
        {
            var mlContext = new MLContext(seed: 1);
            ModelFile file = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            Table table = Table.Open(parsed.GetRequiredValue(data), parsed.GetValue(comma), shell.Cancellation);
            string cell = LabelColumn.Cell(table, parsed.GetRequiredValue(label), parsed.GetRequiredValue(anomaly));
            TableView rows = ModelInputs.Rows(file, table, [(LabelName, true, cell)]);
            FlowMetrics metrics = Progress.Run(shell, "evaluating", report =>
            {
                report(null, "reading rows");
                return mlContext.Flows.Evaluate(
                    file.Model.Transform(rows),
                    LabelName,
                    file.Flow.ScoreColumnName,
                    file.Flow.PredictedLabelColumnName,
                    logLikelihoodColumnName: file.Flow.LogLikelihoodColumnName);
            });
            if (parsed.GetValue(json))
                Json.Write(shell.Output, EvaluationFigures.Of(metrics));
            else
                shell.Output.WriteLine(metrics);
            return ExitCode.Success;
        });
        return command;
    }
}
