using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;
using MLNet.Flows.Tool.Tables;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows explain: the strangest rows, and what makes them so.</summary>
internal static class ExplainCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Argument<string[]> data = CommonOptions.Data();
        Option<int> top = CommonOptions.Count("--top", "How many rows.", 10);
        Option<int> features = CommonOptions.Count("--features", "How many columns of each.", 5);
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("explain", "List the strangest rows, and the columns that make them so.")
        {
            model, data, top, features, comma, json,
        };
        command.SetAction(parsed =>
        {
            var mlContext = new MLContext(seed: 1);
            ModelFile file = ModelFile.Load(mlContext, parsed.GetRequiredValue(model));
            Table table = Table.Open(parsed.GetRequiredValue(data), parsed.GetValue(comma), shell.Cancellation);
            StrangestRows found = Progress.Run(shell, "explaining", report => StrangestRows.Find(
                mlContext, file, table, parsed.GetValue(top), parsed.GetValue(features), report));
            if (parsed.GetValue(json))
                Json.Write(shell.Output, found);
            else
                Write(shell.Output, found);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, StrangestRows found)
    {
        foreach (StrangeRow row in found.Rows)
        {
            output.WriteLine(FormattableString.Invariant(
                $"row {row.Row}: score {row.Score:F2}, p-value {row.PValue:G3}{(row.Alarm ? ", alarm" : "")}"));
            foreach (FeatureContribution part in row.Contributions)
            {
                string name = part.Category is null
                    ? $"{part.Name} = {part.Value.ToString("G6", CultureInfo.InvariantCulture)}"
                    : part.Name;
                output.WriteLine(FormattableString.Invariant($"  {name} adds {part.Contribution:F2} nats"));
            }
        }

        if (found.Unscored > 0)
        {
            output.WriteLine(FormattableString.Invariant(
                $"{found.Unscored:N0} rows have gaps and no score; they alarm. The first is row {found.FirstUnscored}."));
        }
    }
}
