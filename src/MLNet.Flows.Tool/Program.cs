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
        // As a service or a container is told to stop, and what runs on a terminal that is closed.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !cancellation.IsCancellationRequested;
            cancellation.Cancel();
        }

        using PosixSignalRegistration termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration closing = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        return CommandLine.Run(
            arguments, new Shell(Console.Out, Console.Error, !Console.IsErrorRedirected, cancellation.Token));
    }
}
