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
        var normalFiles = new Option<string[]>("--normal")
        {
            Description = "Files of rows known to be normal, to compare with. Default: the rows that the model was trained on.",
            DefaultValueFactory = _ => [],
            HelpName = "FILE",
        };
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("drift", "Say whether fresh rows are still like those that a model knows; exit code 3 if not.")
        {
            model, data, significance, normalFiles, comma, json,
        };
        command.SetAction(parsed =>
        {
            var mlContext = new MLContext(seed: 1);
            ModelFile file = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            bool decimalComma = parsed.GetValue(comma);
            Table table = Table.Open(parsed.GetRequiredValue(data), decimalComma, shell.Cancellation);
            string[] given = parsed.GetRequiredValue(normalFiles);
            Table? normal = given.Length == 0 ? null : Table.Open(given, decimalComma, shell.Cancellation);
            DriftReport report = Progress.Run(shell, "comparing", report =>
            {
                report(null, "reading rows");
                return DriftCheck.Run(mlContext, file, table, normal, parsed.GetValue(significance) ?? 0.01);
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
        if (report.LooksContaminated)
        {
            output.WriteLine(
                "These rows have fewer strange ones, as if anomalies had been among the training rows: then this is no drift. "
                + DriftCheck.Remedy);
        }

        foreach (FeatureDrift feature in report.Features.Take(FeaturesListed))
        {
            output.WriteLine(FormattableString.Invariant(
                $"  {feature.Name} adds {feature.MeanContribution:F2} nats, expected {feature.ExpectedContribution:F2} ")
                + FormattableString.Invariant($"({feature.StandardErrors:F1} standard errors)"));
        }
    }
}
