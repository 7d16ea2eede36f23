using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.ML;
using MLNet.Flows.Tests;

namespace MLNet.Flows.Recipes.Tests;

/// <summary>The quick start in F#, samples/FSharp, run as a person runs it.</summary>
public sealed partial class FSharpTests
{
    [Fact]
    public async Task SampleInFSharp_Run_PrintsWhatThePageSaysAndWhatCSharpPrintsAndSaves()
    {
        using var folder = new TemporaryFolder();
        using Process program = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "FSharp.dll")])
        {
            WorkingDirectory = folder[""],
            RedirectStandardOutput = true,
        })!;
        string printed = (await program.StandardOutput.ReadToEndAsync()).ReplaceLineEndings("\n").Trim();
        await program.WaitForExitAsync();

        Assert.Equal(0, program.ExitCode);
        Assert.Contains(printed, Outputs("docs/how-to/recipes.md"));
        Assert.Equal(Outputs("README.md")[0], printed.Split('\n')[0]);
        Assert.NotNull(new MLContext().Model.Load(folder["model.zip"], out _).FindFlow());
    }

    private static string[] Outputs(string page) =>
        [.. TextBlock().Matches(File.ReadAllText(Path.Combine(Repository.Root, page)).ReplaceLineEndings("\n"))
            .Select(match => match.Groups[1].Value.Trim())];

    [GeneratedRegex("```text\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex TextBlock();
}
