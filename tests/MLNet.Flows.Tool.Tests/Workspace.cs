using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MLNet.Flows.Tool.Tests;

/// <summary>A folder of its own, and the program run on it.</summary>
public sealed class Workspace : IDisposable
{
    private static readonly string ToolPath = Path.Combine(AppContext.BaseDirectory, "MLNet.Flows.Tool.dll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("mlflows-").FullName;

    /// <summary>49,097 rows of V1 to V9, and Label.</summary>
    public static string Shuttle => Path.Combine(AppContext.BaseDirectory, "data", "shuttle.csv");

    public string this[string name] => Path.Combine(Folder, name);

    public string Write(string name, params IEnumerable<string> lines)
    {
        File.WriteAllText(this[name], string.Join('\n', lines) + '\n');
        return this[name];
    }

    public IReadOnlyList<string[]> Read(string name, char delimiter = ',') =>
        [.. File.ReadLines(this[name]).Select(line => line.Split(delimiter))];

    /// <summary>Files that are not hidden, and those that are.</summary>
    public string[] Names => [.. Directory.GetFileSystemEntries(Folder).Select(path => Path.GetFileName(path)).Order()];

    /// <summary>Runs the program within this process.</summary>
    public static ToolRun Run(params string[] arguments) => Run(CancellationToken.None, arguments);

    public static ToolRun Run(CancellationToken cancellation, params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        int code = CommandLine.Run(arguments, new Shell(output, errors, IsTerminal: false, cancellation));
        return new ToolRun(code, output.ToString(), errors.ToString());
    }

    /// <summary>Runs the program as a process of its own.</summary>
    /// <param name="interruptAt">Sends an interrupt, as Ctrl-C does, once this is in its error output; null for none.</param>
    /// <param name="shell">Commands for bash before the program is started, such as limits.</param>
    /// <param name="arguments">The program's.</param>
    public static ToolRun Start(string? interruptAt, string shell, params string[] arguments)
    {
        string program = string.Join(' ', new[] { "exec", "dotnet", ToolPath }.Concat(arguments).Select(
            (word, i) => i == 0 ? word : $"'{word}'"));
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"{shell}{program}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        var errors = new List<string>();
        while (process.StandardError.ReadLine() is string line)
        {
            errors.Add(line);
            if (interruptAt is not null && line.Contains(interruptAt, StringComparison.Ordinal))
            {
                using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                kill.WaitForExit();
                interruptAt = null;
            }
        }

        process.WaitForExit();
        return new ToolRun(process.ExitCode, output.Result, string.Join('\n', errors));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>How a run of the program ended.</summary>
public sealed record ToolRun(int Code, string Output, string Errors)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The one line of an error.</summary>
    public string Error
    {
        get
        {
            string[] lines = [.. Errors.Split('\n').Where(line => line.StartsWith("error: ", StringComparison.Ordinal))];
            Assert.Single(lines);
            Assert.Equal(lines[0], Errors.TrimEnd('\n').Split('\n')[^1]);
            return lines[0]["error: ".Length..];
        }
    }

    public ToolRun Succeeded()
    {
        Assert.True(Code == 0, $"exit code {Code}: {Errors}");
        return this;
    }

    public ToolRun Failed(int code = ExitCodes.Failure)
    {
        Assert.True(Code == code, $"exit code {Code}: {Errors}{Output}");
        return this;
    }
}

/// <summary>As docs/how-to/command-line.md promises them to scripts, not as the program calls them.</summary>
public static class ExitCodes
{
    public const int Failure = 1;
    public const int Usage = 2;
    public const int Drift = 3;
    public const int StoppedEarly = 4;
    public const int Interrupted = 130;
}
