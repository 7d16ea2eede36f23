namespace MLNet.Flows.Tool.Tests.Output;

/// <summary>Under its name there is a whole file or what was there before.</summary>
public sealed class OutputFilesTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("train", "m.zip")]
    [InlineData("score", "o.csv")]
    [InlineData("sample", "o.parquet")]
    public void Out_FileThatExists_NeedsForce(string command, string name)
    {
        _folder.Write(name, "mine");

        string error = Workspace.Run(Arguments(command, name)).Failed().Error;
        string kept = File.ReadAllText(_folder[name]);
        Workspace.Run([.. Arguments(command, name), "--force"]).Succeeded();

        Assert.Equal($"'{_folder[name]}' exists already. Pass --force to replace it.", error);
        Assert.Equal("mine\n", kept);
        Assert.NotEqual("mine\n", File.ReadAllText(_folder[name]));
        Assert.Equal([name], _folder.Names);
    }

    [Theory]
    [InlineData("train", "m.zip")]
    [InlineData("score", "o.csv")]
    [InlineData("sample", "o.csv")]
    public void Out_NoSuchFolder_IsSaidFirst(string command, string name) => Assert.StartsWith(
        $"There is no folder '{_folder["no"]}' for ",
        Workspace.Run(Arguments(command, Path.Combine("no", name))).Failed().Error,
        StringComparison.Ordinal);

    [Fact]
    public void Out_UnknownEnding_IsSaidBeforeAnythingIsRead() => Assert.Equal(
        $"The ending of '{_folder["o.xlsx"]}' says no format. Give a name that ends in .csv, .tsv or .parquet (or .csv.gz).",
        Workspace.Run("score", "no.zip", "no.csv", "--out", _folder["o.xlsx"]).Failed().Error);

    // A limit on the size of files is a disk that is full.
    [Theory]
    [InlineData("train", "m.zip", 8)]
    [InlineData("score", "o.csv", 1_000)]
    [InlineData("score", "o.parquet", 200)]
    [InlineData("sample", "o.csv", 100)]
    public void Out_FullDisk_LeavesNothing(string command, string name, int kilobytes)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Limits on the size of files are Unix's.");
        _folder.Write(name, "mine");

        ToolRun run = Workspace.Start(
            null,
            $"trap '' XFSZ; ulimit -f {kilobytes}; export DOTNET_EnableWriteXorExecute=0; ",
            [.. Arguments(command, name), "--force"]);

        Assert.StartsWith($"'{_folder[name]}' cannot be written: ", run.Failed().Error, StringComparison.Ordinal);
        Assert.Equal([name], _folder.Names);
        Assert.Equal("mine\n", File.ReadAllText(_folder[name]));
    }

    [Fact]
    public void Score_ToAFullDevice_Fails()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("There is no /dev/full.");

        string error = Workspace.Run("score", model.Path, Workspace.Shuttle, "--out", "/dev/full").Failed().Error;

        Assert.StartsWith("'/dev/full' cannot be written: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("score")]
    [InlineData("sample")]
    public void Out_CancelledWhileWriting_LeavesNothing(string command)
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        ToolRun run = Workspace.Run(cancellation.Token, Arguments(command, "o.csv")).Failed(ExitCodes.Interrupted);

        Assert.Equal("stopped; nothing was written.", run.Error);
        Assert.Empty(_folder.Names);
    }

    private string[] Arguments(string command, string name) => command switch
    {
        "train" =>
        [
            "train", Workspace.Shuttle, "--label", "Label", "--flow", "planar", "--contamination", "0", "--steps", "10", "--out",
            _folder[name],
        ],
        "score" => ["score", model.Path, Workspace.Shuttle, "--out", _folder[name]],
        _ => ["sample", model.Path, "--rows", "20000", "--out", _folder[name]],
    };
}
