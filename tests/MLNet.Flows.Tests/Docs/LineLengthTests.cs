using System.Globalization;

namespace MLNet.Flows.Tests.Docs;

public sealed class LineLengthTests
{
    // No analyzer holds what .editorconfig says of it.
    [Fact]
    public void Lines_OfAllSources_KeepTheLengthThatEditorconfigStates()
    {
        int longest = File.ReadLines(Path.Combine(Repository.Root, ".editorconfig"))
            .Select(line => line.Split('='))
            .Where(pair => pair[0].Trim() == "max_line_length")
            .Select(pair => int.Parse(pair[1], CultureInfo.InvariantCulture))
            .Single();
        string[] files =
        [
            .. ((string[])["src", "tests", "examples", "samples", "benchmarks", "build"])
                .Select(folder => Path.Combine(Repository.Root, folder))
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
                .Select(file => Path.GetRelativePath(Repository.Root, file))
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")),
        ];

        Assert.True(files.Length > 200);
        Assert.Empty(files.SelectMany(file => File.ReadLines(Path.Combine(Repository.Root, file))
            .Select((line, i) => (Place: $"{file}:{i + 1}", line.Length))
            .Where(line => line.Length > longest)
            .Select(line => line.Place)));
    }
}
