using System.Text.RegularExpressions;

namespace MLNet.Flows.Tests.Docs;

/// <summary>Every page's code is code of the repository, word for word, so that it compiles; its commands and links lead to what
/// is there.</summary>
public sealed partial class PagesTests
{
    private static readonly string Root = Repository.Root;

    // All that the solution compiles, and this file is none of the places where a snippet may come from.
    private static readonly Lazy<string[]> Sources = new(() => [
        .. ((string[])["src", "tests", "examples", "samples", "benchmarks"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.?s", SearchOption.AllDirectories))
        .Where(file => Path.GetExtension(file) is ".cs" or ".fs")
        .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
        .Select(file => Unindented(File.ReadAllText(file)))]);

    public static TheoryData<string> Pages =>
    [
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "samples/README.md",
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(page => !IsGenerated(page)),
    ];

    // By docfx, where it ran here.
    private static bool IsGenerated(string page) => page.Split('/')[1] is "api" or "_site";

    [Theory]
    [MemberData(nameof(Pages))]
    public void Snippets_OnAPage_AreCodeThatCompiles(string page)
    {
        foreach (string block in Blocks(page, "csharp").Concat(Blocks(page, "fsharp")))
            Assert.True(
                Sources.Value.Any(source => source.Contains(Unindented(block))),
                $"{page} shows code that is nowhere in the repository:\n{block}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_OnAPage_SayTheirLanguage(string page)
    {
        string[] fences = [.. Text(page).Split('\n').Where(line => line.StartsWith("```", StringComparison.Ordinal))];

        Assert.All(
            fences.Where((_, i) => i % 2 == 0),
            fence => Assert.Contains(fence, (string[])["```csharp", "```fsharp", "```bash", "```text"]));
        Assert.All(fences.Where((_, i) => i % 2 == 1), fence => Assert.Equal("```", fence));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OnAPage_NameProjectsThatAreThere(string page)
    {
        foreach (Match project in Project().Matches(string.Join("\n", Blocks(page, "bash"))))
            Assert.True(
                Directory.Exists(Path.Combine(Root, project.Groups[1].Value)),
                $"{page} runs {project.Groups[1].Value}, which does not exist");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OnAPage_LeadToFiles(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        foreach (Match link in Link().Matches(Text(page)))
            Assert.True(
                Path.Exists(Path.Combine(folder, link.Groups[1].Value)),
                $"{page} links to {link.Groups[1].Value}, which does not exist");
    }

    // What lies outside of docs has no page on the site: its path is named in code.
    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OnAPageOfTheSite_StayOnIt(string page)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Root, page))!;
        string site = Path.Combine(Root, "docs") + Path.DirectorySeparatorChar;
        foreach (Match link in Link().Matches(page.StartsWith("docs/", StringComparison.Ordinal) ? Text(page) : ""))
        {
            string target = Path.GetFullPath(Path.Combine(folder, link.Groups[1].Value));
            Assert.True(
                target.StartsWith(site, StringComparison.Ordinal) && !Directory.Exists(target),
                $"{page} links to {link.Groups[1].Value}, which is no page of the site. Write its path as code.");
        }
    }

    [Fact]
    public void Readme_HasFewerThan120Lines() => Assert.InRange(Text("README.md").Split('\n').Length, 1, 119);

    [Fact]
    public void Paths_InAddingAFlow_AreFiles()
    {
        foreach (Match path in SourcePath().Matches(Text("docs/reference/adding-a-flow.md")))
            Assert.True(
                File.Exists(Path.Combine(Root, path.Groups[1].Value)),
                $"docs/reference/adding-a-flow.md names {path.Groups[1].Value}, which does not exist");
    }

    // The page says so.
    [Fact]
    public void WorkedFlow_OfAddingAFlow_HasFewerThan300Lines()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*Radial*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")),
        ];

        Assert.Equal(8, files.Length);
        string[] code = [.. files.SelectMany(File.ReadLines).Select(line => line.Trim()).Where(line => line.Length > 0)];
        Assert.InRange(code.Count(line => !line.StartsWith("//", StringComparison.Ordinal)), 100, 299);
    }

    private static string Text(string page) => File.ReadAllText(Path.Combine(Root, page)).ReplaceLineEndings("\n");

    private static IEnumerable<string> Blocks(string page, string language) =>
        Regex.Matches(Text(page), $"```{language}\n(.*?)\n```", RegexOptions.Singleline)
            .Select(match => match.Groups[1].Value.Trim());

    private static string Unindented(string text) =>
        string.Join("\n", text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()));

    [GeneratedRegex(@"--project (\S+)")]
    private static partial Regex Project();

    [GeneratedRegex(@"\]\((?!https?:|xref:|#)([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`(src/[^`]+\.cs)`")]
    private static partial Regex SourcePath();
}
