using MLNet.Flows.Tool.Output;

namespace MLNet.Flows.Tool;

/// <summary>What a command has of the world around it.</summary>
/// <param name="Output">Results: lines for people, or JSON.</param>
/// <param name="Errors">Progress, warnings and errors.</param>
/// <param name="IsTerminal">Whether <paramref name="Errors"/> is a terminal, which is shown a progress bar.</param>
/// <param name="Cancellation">Cancelled by Ctrl-C.</param>
internal sealed record Shell(TextWriter Output, TextWriter Errors, bool IsTerminal, CancellationToken Cancellation)
{
    /// <summary>Where to say what was written to a file: not in the middle of it.</summary>
    public TextWriter SummaryOf(NewFile file) => file.IsDevice ? Errors : Output;

    public void Warn(string message) => Errors.WriteLine($"warning: {OneLine(message)}");

    /// <summary>The text with its line breaks and runs of blanks as one blank each.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
