namespace MLNet.Flows.Tool.Tests.Tables;

/// <summary>Files one below the other, and the order of their rows.</summary>
public sealed class ManyFilesTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Score_FilesAndPatterns_AreOneTableInTheirOrder()
    {
        string[] lines = File.ReadAllLines(Workspace.Shuttle);
        _folder.Write("day1.csv", lines[..1001]);
        // Another order of columns, another delimiter, quoted names.
        _folder.Write("day2.csv", lines[1001..2001].Select(Reversed).Prepend(Reversed(lines[0], quoted: true)));
        _folder.Write("day3.csv", lines[2001..3001].Prepend(lines[0]));

        Workspace.Run("score", model.Path, _folder["day*.csv"], "--out", _folder["all.csv"]).Succeeded();
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["whole.csv"]).Succeeded();

        Assert.Equal(File.ReadLines(_folder["whole.csv"]).Take(3_001), File.ReadLines(_folder["all.csv"]));
    }

    [Fact]
    public void Score_ManyMegabytes_KeepTheOrderOfRows()
    {
        // Larger than the parts in which DuckDB's threads read a file.
        string[] lines = File.ReadAllLines(Workspace.Shuttle);
        string large = _folder.Write(
            "large.csv",
            Enumerable.Range(0, 20).SelectMany(copy => lines.Skip(1).Select((line, i) => $"{line},{copy * 49_097 + i}"))
                .Prepend(lines[0] + ",number"));
        Assert.InRange(new FileInfo(large).Length, 30_000_000, long.MaxValue);

        Workspace.Run("score", model.Path, large, "--out", _folder["scored.csv"]).Succeeded();
        Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", _folder["once.csv"]).Succeeded();

        string[] once = [.. File.ReadLines(_folder["once.csv"]).Skip(1).Select(line => line[line.IndexOf(',')..])];
        int row = 0;
        foreach (string line in File.ReadLines(_folder["scored.csv"]).Skip(1))
        {
            string[] cells = line.Split(',');
            Assert.Equal($"{row}", cells[10]);
            string[] expected = once[row % once.Length].Split(',');
            Assert.Equal(expected[^4..], cells[^4..]);
            row++;
        }

        Assert.Equal(20 * 49_097, row);
    }

    [Fact]
    public void Score_FilesOfOtherColumns_NamesTheFile()
    {
        _folder.Write("a.csv", "V1,V2", "1,2");
        _folder.Write("b.csv", "V1,V3", "1,2");

        string error = Workspace.Run(
            "score", model.Path, _folder["a.csv"], _folder["b.csv"], "--out", _folder["o.csv"]).Failed().Error;

        Assert.Equal(
            $"'{_folder["b.csv"]}' has other columns than '{_folder["a.csv"]}': without 'V2'. Give files with the same columns.",
            error);
    }

    [Fact]
    public void Score_CsvBesideParquet_IsRefused()
    {
        Workspace.Run("sample", model.Path, "--rows", "5", "--out", _folder["a.parquet"]).Succeeded();
        Workspace.Run("sample", model.Path, "--rows", "5", "--out", _folder["a.csv"]).Succeeded();

        string error = Workspace.Run(
            "score", model.Path, _folder["a.parquet"], _folder["a.csv"], "--out", _folder["o.csv"]).Failed().Error;

        Assert.EndsWith("are of two kinds. Give text files or Parquet files.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data[1].csv", "data1.csv")]
    [InlineData("data*.csv", "data2.csv")]
    [InlineData("data?.csv", "data3.csv")]
    public void Score_FileNamedLikeAPattern_IsThatFile(string name, string other)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no such names.");
        string[] lines = File.ReadAllLines(Workspace.Shuttle);
        _folder.Write(name, lines[..3]);
        _folder.Write(other, lines[..9]);

        Workspace.Run("score", model.Path, _folder[name], "--out", _folder["o.csv"]).Succeeded();

        Assert.Equal(3, File.ReadLines(_folder["o.csv"]).Count());
    }

    [Fact]
    public void Score_FolderNamedLikeAPartition_ChangesNoColumn()
    {
        Directory.CreateDirectory(_folder["V1=7"]);
        string csv = _folder.Write(Path.Combine("V1=7", "d.csv"), File.ReadLines(Workspace.Shuttle).Take(3));
        string parquet = _folder[Path.Combine("V1=7", "d.parquet")];
        Workspace.Run("sample", model.Path, "--rows", "1", "--out", parquet).Succeeded();
        Workspace.Run("sample", model.Path, "--rows", "1", "--out", _folder["d.csv"]).Succeeded();

        Workspace.Run("score", model.Path, csv, "--out", _folder["a.csv"]).Succeeded();
        Workspace.Run("score", model.Path, parquet, "--prefix", "own", "--out", _folder["b.csv"]).Succeeded();

        Assert.Equal("50", _folder.Read("a.csv")[1][0]);
        Assert.Equal(_folder.Read("d.csv")[1], _folder.Read("b.csv")[1][..10]);
    }

    private static string Reversed(string line) => Reversed(line, quoted: false);

    private static string Reversed(string line, bool quoted) =>
        string.Join(';', line.Split(',').Reverse().Select(cell => quoted ? $"\"{cell}\"" : cell));
}
