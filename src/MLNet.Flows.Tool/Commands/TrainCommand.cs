using System.CommandLine;
using MLNet.Flows.Tool.Models;
using MLNet.Flows.Tool.Output;

namespace MLNet.Flows.Tool.Commands;

/// <summary>mlflows train: a table in, a model file out.</summary>
internal static class TrainCommand
{
    public static Command Create(Shell shell)
    {
        Argument<string[]> data = CommonOptions.Data();
        Option<string> output = CommonOptions.Out("The model file to write, such as model.zip.");
        Option<string?> label = CommonOptions.Label("A column that says which rows are anomalies: left out of training.");
        Option<string[]> ignore = CommonOptions.Columns("--ignore", "A column to leave out, such as a row's number. Repeatable.");
        Option<string[]> category = CommonOptions.Columns("--category", "A column of codes that look like numbers. Repeatable.");
        Option<string[]> context = CommonOptions.Columns(
            "--context", "A column that rows are judged given, such as the hour; never strange itself. Repeatable.");
        var flow = new Option<string>("--flow")
        {
            Description = "What to train.",
            DefaultValueFactory = _ => FlowChoice.Default,
        };
        flow.AcceptOnlyFromAmong(FlowChoice.Names);
        Option<double?> contamination = CommonOptions.Share(
            "--contamination", "Expected share of anomalies among the rows, 0 to 0.5. Default: unknown.", 0, 0.5);
        Option<double?> rate = CommonOptions.Share(
            "--false-alarm-rate", "Share of normal rows that may alarm. Default: contamination, or 0.01.", 0, 1);
        var fill = new Option<bool>("--fill-gaps")
        {
            Description = "Replace missing numbers by the column's mean. Default: rows with gaps alarm and are not trained on.",
        };
        Option<int?> steps = CommonOptions.Limit("--steps", "Optimizer steps at most. Default: the flow's own.");
        Option<int?> rows = CommonOptions.Limit(
            "--max-rows", "Rows kept in memory at most: of more, a random sample. Default: 1,000,000 (fewer of wide ones).");
        Option<int?> threads = CommonOptions.Limit("--threads", "Threads at most. Default: all cores.");
        Option<int> seed = CommonOptions.Seed("Same seed, same rows, same machine: same model.");
        Option<bool> comma = CommonOptions.DecimalComma();
        Option<bool> force = CommonOptions.Force();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("train", "Train a model on the rows of files, without labels.")
        {
            data, output, label, ignore, category, context, flow, contamination, rate, fill, steps, rows, threads, seed, comma,
            force, json,
        };
        command.SetAction(parsed =>
        {
            var request = new TrainingRequest
            {
                Data = parsed.GetRequiredValue(data),
                DecimalComma = parsed.GetValue(comma),
                Label = parsed.GetValue(label),
                Ignored = parsed.GetRequiredValue(ignore),
                Categories = parsed.GetRequiredValue(category),
                Context = parsed.GetRequiredValue(context),
                FillGaps = parsed.GetValue(fill),
                Flow = parsed.GetRequiredValue(flow),
                Settings = new FlowSettings
                {
                    Contamination = parsed.GetValue(contamination),
                    FalseAlarmRate = parsed.GetValue(rate),
                    MaximumSteps = parsed.GetValue(steps),
                    MaximumTrainingRows = parsed.GetValue(rows),
                    NumberOfThreads = parsed.GetValue(threads),
                    Seed = parsed.GetValue(seed),
                    Cancellation = shell.Cancellation,
                },
            };
            using var file = new NewFile(parsed.GetRequiredValue(output), parsed.GetValue(force));
            return Run(shell, request, file, parsed.GetValue(json));
        });
        return command;
    }

    private static int Run(Shell shell, TrainingRequest request, NewFile file, bool json)
    {
        TrainedModel trained = Progress.Run(shell, "training", report => Trainer.Train(request, report));
        foreach (string warning in trained.Warnings)
            shell.Warn(warning);
        file.Write(trained.Save);
        ModelSummary summary = trained.Summary(file.Path);
        if (json)
            Json.Write(shell.Output, summary);
        else
            shell.Output.WriteLine(summary.InOneLine(file.Path));
        if (summary.StopReason != TrainingStopReason.Cancelled)
            return ExitCode.Success;
        shell.Errors.WriteLine(
            $"stopped early: '{file.Path}' holds the best flow so far; its p-values are not calibrated, so that alarms may be "
            + "more than the false-alarm rate says.");
        return ExitCode.StoppedEarly;
    }
}
