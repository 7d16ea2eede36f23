using Spectre.Console;

namespace MLNet.Flows.Tool.Output;

/// <summary>Shows how far a piece of work is: a bar on a terminal, a line now and then elsewhere.</summary>
internal static class Progress
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(2);

    /// <summary>How far the work is.</summary>
    /// <param name="share">In [0, 1]; null where the end is not known.</param>
    /// <param name="text">A few words, without the share.</param>
    public delegate void Report(double? share, string text);

    /// <param name="shell">Progress goes to its error output.</param>
    /// <param name="title">What is done, in a word.</param>
    /// <param name="work">The work.</param>
    public static T Run<T>(Shell shell, string title, Func<Report, T> work) =>
        shell.IsTerminal ? RunWithBar(shell, title, work) : work(Lines(shell.Errors, title, TimeProvider.System));

    /// <summary>A line at the start, and then every two seconds at most.</summary>
    internal static Report Lines(TextWriter writer, string title, TimeProvider time)
    {
        long? last = null;
        return (share, text) =>
        {
            long now = time.GetTimestamp();
            if (last is long before && time.GetElapsedTime(before, now) < BetweenLines)
                return;
            last = now;
            writer.WriteLine(share is double known ? $"{title}: {known:P0}, {text}" : $"{title}: {text}");
        };
    }

    private static T RunWithBar<T>(Shell shell, string title, Func<Report, T> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(shell.Errors) });
        return console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn { Width = 20 }, new ElapsedTimeColumn(), new SpinnerColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: 1);
                task.IsIndeterminate = true;
                return work((share, text) =>
                {
                    task.IsIndeterminate = share is null;
                    task.Value = share ?? 0;
                    task.Description = Markup.Escape($"{title}: {text}");
                });
            });
    }
}
