using System.Text.RegularExpressions;

namespace MLNet.Flows.Tests.Docs;

/// <summary>What samples/README.md promises of each sample; build/run-samples runs them.</summary>
public sealed partial class SamplesTests
{
    private const int LongestProgram = 59;
    private static readonly string Root = Repository.Root;

    // A folder with a project: others may be left over from a branch.
    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateDirectories(Path.Combine(Root, "samples"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.*proj").Any())
            .Select(folder => Path.GetFileName(folder))];

    [Fact]
    public void Samples_AreThere() => Assert.True(Samples.Count >= 8);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Program_OfASample_IsOneFileUnder60Lines(string sample)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, "samples", sample), "*.?s", SearchOption.AllDirectories)
                .Where(file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(
                    part => part is "obj" or "bin")),
        ];

        Assert.Equal("Program", Path.GetFileNameWithoutExtension(Assert.Single(files)));
        Assert.InRange(File.ReadLines(files[0]).Count(), 1, LongestProgram);
    }

    // Found from any folder: the file is beside the program, not where the program is run.
    [Theory]
    [MemberData(nameof(Samples))]
    public void Data_OfASample_IsReadFromBesideTheProgram(string sample)
    {
        string folder = Path.Combine(Root, "samples", sample);
        string project = File.ReadAllText(Directory.EnumerateFiles(folder, "*.*proj").Single());
        string program = File.ReadAllText(Directory.EnumerateFiles(folder, "Program.*").Single());

        string[] copied = [.. CopiedData().Matches(project).Select(match => match.Groups[1].Value)];
        Assert.Equal(copied, DataOfProgram().Matches(program).Select(match => match.Groups[1].Value));
        Assert.All(copied, file => Assert.True(File.Exists(Path.Combine(Root, "examples", "data", file))));
        Assert.DoesNotContain("examples/data", program);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_StandsInTheTableTheScriptAndTheSolution(string sample)
    {
        string[] table =
            [.. File.ReadLines(Path.Combine(Root, "samples", "README.md")).Where(line => line.StartsWith('|'))];

        Assert.Single(table, line => line.Contains($"[{sample}]({sample}/Program.")
            && line.Contains($"`dotnet run -c Release --project samples/{sample}`"));
        Assert.Contains($"\"samples\\{sample}\\{sample}.", File.ReadAllText(Path.Combine(Root, "MLNet.Flows.sln")));
        Assert.Matches(
            $@"(?m)^run {sample} |^dotnet .*/samples/{sample}/", File.ReadAllText(Path.Combine(Root, "build", "run-samples")));
    }

    [Fact]
    public void Table_OfSamples_NamesNoOther()
    {
        string page = File.ReadAllText(Path.Combine(Root, "samples", "README.md"));

        Assert.Equal(
            Samples.Select(row => row.Data).Order(),
            ProjectOfTable().Matches(page).Select(match => match.Groups[1].Value).Order());
        Assert.Contains("build/run-samples", File.ReadAllText(Path.Combine(Root, ".ci", "run")));
    }

    [GeneratedRegex(@"Include=""\.\./\.\./examples/data/([^""]+)""")]
    private static partial Regex CopiedData();

    [GeneratedRegex(@"AppContext\.BaseDirectory, ""([^""]+)""")]
    private static partial Regex DataOfProgram();

    [GeneratedRegex("--project samples/([A-Za-z]+)`")]
    private static partial Regex ProjectOfTable();
}
