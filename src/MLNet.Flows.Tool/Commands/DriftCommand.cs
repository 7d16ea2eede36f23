using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows drift: whether fresh rows are still like those that a model knows.</summary>
internal static class DriftCommand
{
    private const int FeaturesListed = 5;

    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Argument<string[]> data = CommonOptions.Data();
        Option<double?> significance = CommonOptions.Share(
            "--significance", "There is drift where the test's significance is below this. Default: 0.01.", 0, 1);
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("drift", "Say whether fresh rows are still like those that a model knows; exit code 3 if not.")
        {
            model, data, significance, comma, json,
        };
        command.SetAction(parsed =>
        {
            var mlContext = new MLContext(seed: 1);
            ModelFile file = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            Table table = Table.Open(parsed.GetRequiredValue(data), parsed.GetValue(comma), shell.Cancellation);
            TableView rows = ModelInputs.Rows(file, table, []);
            DriftReport report = Progress.Run(shell, "comparing", report =>
            {
                report(null, "reading rows");
                return mlContext.Flows.CheckDrift(file.Model, rows, parsed.GetValue(significance) ?? 0.01);
            });
            if (parsed.GetValue(json))
                Json.Write(shell.Output, report);
            else
                Write(shell.Output, report);
            return report.IsDrift ? ExitCode.Drift : ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, DriftReport report)
    {
        output.WriteLine(FormattableString.Invariant(
            $"{(report.IsDrift ? "drift" : "no drift")}: distance {report.Distance:F4}, significance {report.Significance:G3}, ")
            + FormattableString.Invariant($"{report.RowCount:N0} rows and {report.MissingCount:N0} with gaps"));
        output.WriteLine(FormattableString.Invariant(
            $"alarms: {report.AlarmRate:P2} of the rows (95 % interval {report.AlarmRateLow:P2} to {report.AlarmRateHigh:P2}), ")
            + FormattableString.Invariant($"expected {report.ExpectedAlarmRate:P2}"));
        foreach (FeatureDrift feature in report.Features.Take(FeaturesListed))
        {
            output.WriteLine(FormattableString.Invariant(
                $"  {feature.Name} adds {feature.MeanContribution:F2} nats, expected {feature.ExpectedContribution:F2} ")
                + FormattableString.Invariant($"({feature.StandardErrors:F1} standard errors)"));
        }
    }
}
