using System.CommandLine;
using Microsoft.ML;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows inspect: what is in a model file.</summary>
internal static class InspectCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string> model = CommonOptions.Model();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("inspect", "Say what is in a model file.") { model, json };
        command.SetAction(parsed =>
        {
            ModelFile file = ModelFile.Load(new MLContext(seed: 1), parsed.GetRequiredValue(model));
            ModelSummary summary = ModelSummary.Of(file);
            if (parsed.GetValue(json))
                Json.Write(shell.Output, summary);
            else
                Write(shell.Output, summary);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, ModelSummary summary)
    {
        output.WriteLine($"flow:             {summary.FlowWords}");
        Write("numbers:", summary.Numbers);
        Write("categories:", summary.Categories);
        Write("context:", summary.Context);
        output.WriteLine(FormattableString.Invariant(
            $"rows trained on:  {summary.RowsTrained:N0} ({summary.RowsLeftOut:N0} with gaps left out)"));
        output.WriteLine(FormattableString.Invariant($"false-alarm rate: {summary.FalseAlarmRate}"));
        string end = summary.StopReason switch
        {
            TrainingStopReason.EarlyStopping => "held-out rows stopped improving",
            TrainingStopReason.Cancelled => "stopped from outside; p-values are not calibrated",
            _ => "all steps done",
        };
        output.WriteLine($"training ended:   {end}");
        foreach (TrainingPoint point in summary.History)
        {
            output.WriteLine(FormattableString.Invariant(
                $"  step {point.Step,6:N0}  log-likelihood {point.TrainLogLikelihood:F3} nats, ")
                + FormattableString.Invariant($"held out {point.HeldOutLogLikelihood:F3}"));
        }

        void Write(string title, IReadOnlyList<string> names)
        {
            if (names.Count > 0)
                output.WriteLine($"{title,-17} {string.Join(", ", names)}");
        }
    }
}
