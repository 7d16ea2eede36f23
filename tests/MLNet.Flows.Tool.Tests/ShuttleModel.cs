namespace MLNet.Flows.Tool.Tests;

/// <summary>One planar flow, trained for a moment on shuttle without its labels.</summary>
public sealed class ShuttleModel : IDisposable
{
    private readonly Workspace _workspace = new();

    public ShuttleModel()
    {
        Trained = Workspace.Run(
            "train", Workspace.Shuttle, "--label", "Label", "--flow", "planar", "--contamination", "0", "--steps", "100", "--out",
            Path, "--json");
    }

    public ToolRun Trained { get; }

    public string Path => _workspace["shuttle.zip"];

    public void Dispose() => _workspace.Dispose();
}
