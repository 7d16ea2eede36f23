using System.CommandLine;
using MLNet.Flows.Tool.Commands;

namespace MLNet.Flows.Tool;

/// <summary>mlflows: the root of the commands, and how their ends become exit codes.</summary>
internal static class CommandLine
{
    public static int Run(string[] arguments, Shell shell)
    {
        RootCommand root = Root(shell);
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            string faults = string.Join(" ", parsed.Errors.Select(error => error.Message));
            shell.Errors.WriteLine($"error: {Shell.OneLine(faults)} See 'mlflows {Name(parsed)}--help'.");
            return ExitCode.Usage;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = shell.Output,
                Error = shell.Errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception error) when (shell.Cancellation.IsCancellationRequested && Fault(error) is null)
        {
            shell.Errors.WriteLine("error: stopped; nothing was written.");
            return ExitCode.Interrupted;
        }
        catch (Exception error)
        {
            shell.Errors.WriteLine($"error: {Message(error)}");
            return ExitCode.Failure;
        }
    }

    private static RootCommand Root(Shell shell) => new("Anomaly scoring of tables by normalizing flows: CSV, TSV and Parquet.")
    {
        TrainCommand.Create(shell),
        ScoreCommand.Create(shell),
        EvaluateCommand.Create(shell),
        ExplainCommand.Create(shell),
        SampleCommand.Create(shell),
        InspectCommand.Create(shell),
        DriftCommand.Create(shell),
        ExportOnnxCommand.Create(shell),
        ReportCommand.Create(shell),
    };

    private static string Name(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";

    // ML.NET wraps what cursors throw on other threads.
    private static InputException? Fault(Exception error)
    {
        for (Exception? each = error; each is not null; each = each.InnerException)
        {
            if (each is InputException fault)
                return fault;
        }

        return null;
    }

    private static string Message(Exception error) => (Fault(error) ?? error) switch
    {
        InputException fault => Shell.OneLine(fault.Message),
        // The library words its faults for whoever reads them; what .NET adds to them is not for the shell.
        ArgumentException fault => Shell.OneLine(fault.Message
            .Replace($" (Parameter '{fault.ParamName}')", "").Split($"{Environment.NewLine}Actual value was ")[0]),
        InvalidOperationException or FormatException or IOException or UnauthorizedAccessException =>
            Shell.OneLine(error.Message),
        OutOfMemoryException => "there is not enough memory. Train on fewer rows or columns.",
        _ => $"unexpected {error.GetType().Name}: {Shell.OneLine(error.GetBaseException().Message)}",
    };
}
