using System.Diagnostics;

namespace MLNet.Flows.Benchmarks;

/// <summary>This program once more, for what only a new process shows.</summary>
internal static class ChildProcess
{
    /// <returns>What it printed, once it has ended.</returns>
    public static string Run(params string[] arguments)
    {
        bool isHost = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet";
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, isHost ? [typeof(ChildProcess).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardOutput = true,
        };
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return child.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"'{string.Join(' ', arguments)}' ended with {child.ExitCode}: {output}");
    }
}
