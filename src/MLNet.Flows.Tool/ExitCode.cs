namespace MLNet.Flows.Tool;

/// <summary>What a command ends with; docs/how-to/command-line.md lists them.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Files, data or a model that a command cannot work with; one line on standard error says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;

    /// <summary>drift: the rows have drifted.</summary>
    public const int Drift = 3;

    /// <summary>train: stopped by Ctrl-C, and the best flow so far was saved.</summary>
    public const int StoppedEarly = 4;

    /// <summary>Stopped by Ctrl-C, and nothing was written. What a shell reports of an interrupted program.</summary>
    public const int Interrupted = 130;
}
