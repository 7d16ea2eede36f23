using System.Text.Json;

namespace MLNet.Flows.Tool.Tests;

/// <summary>The program as a process: pipes, exit codes, Ctrl-C.</summary>
public sealed class ProcessTests(ShuttleModel model) : IClassFixture<ShuttleModel>, IDisposable
{
    private readonly Workspace _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Evaluate_InAPipe_WritesJsonAlone()
    {
        ToolRun run = Workspace.Start(
            null, "", "evaluate", model.Path, Workspace.Shuttle, "--label", "Label", "--json").Succeeded();

        Assert.Equal(3_511, run.Json.GetProperty("anomalyCount").GetInt64());
        Assert.Equal("evaluating: reading rows", run.Errors);
    }

    [Fact]
    public void Sample_ToStandardOutput_WritesTheTableAlone()
    {
        if (!File.Exists("/dev/stdout"))
            Assert.Skip("There is no /dev/stdout.");
        ToolRun run = Workspace.Start(null, "", "sample", model.Path, "--rows", "3", "--out", "/dev/stdout").Succeeded();

        Assert.Equal("V1,V2,V3,V4,V5,V6,V7,V8,V9,LogLikelihood", run.Output.Split('\n')[0]);
        Assert.Equal(4, run.Output.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void Sample_ToStandardOutputThatIsAppended_LeavesTheFileAsItWas()
    {
        if (!File.Exists("/dev/stdout"))
            Assert.Skip("There is no /dev/stdout.");
        string file = _folder.Write("all.csv", "mine");

        string error = Workspace.Start(
            null, $"exec >> '{file}'; ", "sample", model.Path, "--rows", "3", "--out", "/dev/stdout").Failed().Error;

        Assert.Equal(
            $"'/dev/stdout' is the file '{file}', which holds something already. Give a file of its own in --out.", error);
        Assert.Equal("mine\n", File.ReadAllText(file));
    }

    [Fact]
    public void Score_OfAPipe_IsRefused()
    {
        if (!File.Exists("/dev/stdin"))
            Assert.Skip("There is no /dev/stdin.");

        string error = Workspace.Start(
            null, "exec < <(echo V1,V2); ", "score", model.Path, "/dev/stdin", "--out", _folder["o.csv"])
            .Failed().Error;

        Assert.Equal(
            "'/dev/stdin' is a pipe, which can be read once, but a table is read several times. Write it to a file and give "
            + "that.",
            error);
        Assert.Empty(_folder.Names);
    }

    [Fact]
    public void Train_CtrlC_KeepsTheBestSoFar()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Sends a Unix signal.");
        ToolRun run = Workspace.Start(
            "step ", "", "train", Workspace.Shuttle, "--label", "Label", "--flow", "nice", "--steps", "1000000", "--out",
            _folder["m.zip"]);

        Assert.Contains("stopped early: ", run.Failed(ExitCodes.StoppedEarly).Errors, StringComparison.Ordinal);
        JsonElement inside = Workspace.Run("inspect", _folder["m.zip"], "--json").Succeeded().Json;
        Assert.Equal("cancelled", inside.GetProperty("stopReason").GetString());
        Workspace.Run("score", _folder["m.zip"], Workspace.Shuttle, "--out", _folder["o.csv"]).Succeeded();
        Assert.Equal(["m.zip", "o.csv"], _folder.Names);
    }

    [Fact]
    public void Train_CtrlCBeforeThereIsAFlow_WritesNothing()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Sends a Unix signal.");
        ToolRun run = Workspace.Start(
            "reading columns", "", "train", Workspace.Shuttle, "--label", "Label", "--out", _folder["m.zip"]);

        Assert.Equal("stopped; nothing was written.", run.Failed(ExitCodes.Interrupted).Error);
        Assert.Empty(_folder.Names);
    }
}
