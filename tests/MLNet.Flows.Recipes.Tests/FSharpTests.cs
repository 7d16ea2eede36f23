using System.Diagnostics;
using System.Text.RegularExpressions;
using MLNet.Flows.Tests;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>The quick start in F#, run as a person runs it.</summary>
public sealed partial class FSharpTests
{
    [Fact]
    public async Task QuickStartInFSharp_Run_PrintsWhatThePageSaysAndWhatCSharpPrints()
    {
        using Process program = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "QuickStartFSharp.dll")])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        })!;
        string printed = (await program.StandardOutput.ReadToEndAsync()).ReplaceLineEndings("\n").Trim();
        await program.WaitForExitAsync();

        Assert.Equal(0, program.ExitCode);
        Assert.Contains(printed, Outputs("docs/how-to/recipes.md"));
        Assert.Equal(Outputs("README.md")[0], printed.Split('\n')[0]);
    }

    private static string[] Outputs(string page) =>
        [.. TextBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n"))
            .Select(match => match.Groups[1].Value.Trim())];

    [GeneratedRegex("```text\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex TextBlock();
}
