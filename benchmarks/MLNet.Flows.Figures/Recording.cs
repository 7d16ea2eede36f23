using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Xml.Linq;

namespace MLNet.Flows.Figures;

/// <summary>Runs a benchmark and keeps what it prints, with date, processor and versions, in the processor's folder.</summary>
internal static class Recording
{
    private static readonly string[] Packages =
        ["Microsoft.ML", "TorchSharp", "Microsoft.ML.OnnxRuntime", "System.Numerics.Tensors"];

    public static int Run(string name, string[] command)
    {
        using Process process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = FiguresPages.Root,
        })!;
        var lines = new List<string>();
        while (process.StandardOutput.ReadLine() is string line)
        {
            Console.WriteLine(line);
            lines.Add(line.TrimEnd());
        }

        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            Console.Error.WriteLine($"'{string.Join(' ', command)}' ended in exit code {process.ExitCode}: nothing is kept.");
            return process.ExitCode;
        }

        string folder = Path.Combine(FiguresPages.Results, Folder()), path = Path.Combine(folder, name + ".md");
        Directory.CreateDirectory(folder);
        File.WriteAllLines(path + ".part", [.. Header(name, command), .. Body(lines)]);
        File.Move(path + ".part", path, overwrite: true);
        Console.WriteLine(Path.GetRelativePath(FiguresPages.Root, path));
        return 0;
    }

    // Tables stay Markdown; other lines are kept from being read as such.
    private static IEnumerable<string> Body(List<string> lines)
    {
        bool fenced = false;
        foreach (string line in lines)
        {
            bool markdown = line.StartsWith('|') || line.StartsWith('#') || line.Length == 0;
            if (line == "```" || (markdown && line.Length == 0 && fenced))
                continue;
            if (markdown == fenced)
            {
                yield return "```";
                fenced = !fenced;
            }

            yield return line;
        }

        if (fenced)
            yield return "```";
    }

    private static string[] Header(string name, string[] command) =>
    [
        $"# {name}",
        "",
        $"- date: {DateTime.Now.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)}",
        $"- processor: {Folder()}, {Environment.ProcessorCount} logical core{(Environment.ProcessorCount == 1 ? "" : "s")}",
        $"- versions: MLNet.Flows {Version()}, commit {Commit()}, {RuntimeInformation.FrameworkDescription}, "
            + string.Join(", ", Packages.Select(package => $"{package} {Package(package)}")),
        $"- command: `{string.Join(' ', command.Select(part => part.Contains(' ') ? $"\"{part}\"" : part))}`",
        "",
    ];

    private static string Folder()
    {
        string model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo")
                .First(line => line.StartsWith("model name", StringComparison.Ordinal)).Split(':', 2)[1]
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
        model = string.Concat(model.Split(Path.GetInvalidFileNameChars())).Trim();
        return X86Base.IsSupported && !Avx512F.IsSupported ? model + " without AVX-512" : model;
    }

    private static string Commit()
    {
        using Process git = Process.Start(new ProcessStartInfo("git", ["rev-parse", "--short", "HEAD"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = FiguresPages.Root,
        })!;
        return git.StandardOutput.ReadToEnd().Trim();
    }

    private static string Version() =>
        XDocument.Load(Path.Combine(FiguresPages.Root, "Directory.Build.props")).Descendants("Version").Single().Value;

    // Of a range the lowest, which is the one that is restored.
    private static string Package(string name) =>
        XDocument.Load(Path.Combine(FiguresPages.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(each => (string?)each.Attribute("Include") == name).Attribute("Version")!.Value.Split(',')[0].Trim('[', ']');
}
