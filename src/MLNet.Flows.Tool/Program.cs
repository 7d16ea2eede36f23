// The one place that knows the console: everything else is given writers.
#pragma warning disable RS0030

namespace MLNet.Flows.Tool;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            // The first Ctrl-C stops in good order; a second one ends the process at once.
            press.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        };
        return CommandLine.Run(
            arguments, new Shell(Console.Out, Console.Error, !Console.IsErrorRedirected, cancellation.Token));
    }
}
