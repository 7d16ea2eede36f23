// The one place that knows the console: everything else is given writers.
#pragma warning disable RS0030

using System.Runtime.InteropServices;

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
        // As a service or a container is told to stop.
        using PosixSignalRegistration termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        });
        return CommandLine.Run(
            arguments, new Shell(Console.Out, Console.Error, !Console.IsErrorRedirected, cancellation.Token));
    }
}
