using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML;

namespace MLNet.Flows.Tests.Docs;

/// <summary>Tests that change the process (current folder, console) run alone.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;

/// <summary>The README's code is the QuickStart example, which is compiled and, here, run.</summary>
[Collection(nameof(ProcessWide))]
public sealed partial class ReadmeTests
{
    private static readonly string Root = Repository.Root;

    [Fact]
    public void QuickStart_InReadme_IsTheExampleWordForWord()
    {
        string program = File.ReadAllText(Path.Combine(Root, "examples", "QuickStart", "Program.cs")).Trim();

        Assert.Equal(program, Blocks("csharp")[0]);
    }

    [Fact]
    public void QuickStart_Run_PrintsWhatTheReadmeSays()
    {
        string directory = Directory.GetCurrentDirectory();
        TextWriter console = Console.Out;
        var printed = new StringWriter();
        string work = Directory.CreateTempSubdirectory("quickstart").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(work, "examples"));
            Directory.CreateDirectory(Path.Combine(work, "examples", "data"));
            File.Copy(Path.Combine(Root, "examples", "data", "shuttle.csv"), Path.Combine(work, "examples", "data", "shuttle.csv"));
            Directory.SetCurrentDirectory(work);
            Console.SetOut(printed);
            Assembly.Load("QuickStart").EntryPoint!.Invoke(null, [Array.Empty<string>()]);

            Assert.Equal(Blocks("text")[0], printed.ToString().Trim());
            var context = new MLContext();
            Assert.NotNull(context.Model.Load("model.zip", out _).WithFalseAlarmRate(0.001));
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(directory);
            Directory.Delete(work, recursive: true);
        }
    }

    [Fact]
    public void Snippets_InReadme_AreRunByTests()
    {
        string source = string.Join("\n", ((string[])["MLNet.Flows.Plotting.Tests", "MLNet.Flows.TorchSharp.Tests"])
            .Select(project => Unindented(File.ReadAllText(Path.Combine(Root, "tests", project, "Docs", "ReadmeSnippets.cs")))));

        string[] snippets = [.. Blocks("csharp").Skip(1)];
        Assert.NotEmpty(snippets);
        Assert.All(snippets, snippet => Assert.Contains(Unindented(snippet), source));
    }

    [Fact]
    public void Links_InReadme_LeadToFiles()
    {
        foreach (Match link in Link().Matches(File.ReadAllText(Path.Combine(Root, "README.md"))))
            Assert.True(Path.Exists(Path.Combine(Root, link.Groups[1].Value)), $"README.md links to {link.Groups[1].Value}, which does not exist");
    }

    private static string Unindented(string text) => string.Join("\n", text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()));

    private static string[] Blocks(string language) =>
        [.. Regex.Matches(File.ReadAllText(Path.Combine(Root, "README.md")).ReplaceLineEndings("\n"), $"```{language}\n(.*?)\n```", RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value.Trim())];

    [GeneratedRegex(@"\]\((?!https?:|#)([^)]+)\)")]
    private static partial Regex Link();
}
