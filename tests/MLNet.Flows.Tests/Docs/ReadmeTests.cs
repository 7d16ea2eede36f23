using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML;

namespace MLNet.Flows.Tests.Docs;

/// <summary>Tests that change the process (current folder, console) run alone.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;

/// <summary>The README's code is the QuickStart example, which is compiled and, here, run.</summary>
[Collection(nameof(ProcessWide))]
public sealed class ReadmeTests
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
            File.Copy(
                Path.Combine(Root, "examples", "data", "shuttle.csv"), Path.Combine(work, "examples", "data", "shuttle.csv"));
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

    private static string[] Blocks(string language) =>
        [.. Regex.Matches(
            File.ReadAllText(Path.Combine(Root, "README.md")).ReplaceLineEndings("\n"),
            $"```{language}\n(.*?)\n```",
            RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value.Trim())];
}
