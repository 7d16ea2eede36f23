namespace MLNet.Flows.Tool.Output;

/// <summary>A file that is written beside its place and moved there when it is whole: under its name there is never half of
/// it.</summary>
internal sealed class NewFile : IDisposable
{
    private readonly bool _replace;

    /// <param name="path">Its place.</param>
    /// <param name="replace">Whether a file that is there gives way.</param>
    /// <exception cref="InputException">There is a file, and it is not to give way; or there is no such folder.</exception>
    public NewFile(string path, bool replace)
    {
        (Path, _replace) = (path, replace);
        // Beside /dev/stdout there is no room, and nothing to replace.
        IsDevice = path.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(path);
        if (IsDevice)
        {
            // Opened by its name, a file that output is appended to would begin anew.
            if (File.ResolveLinkTarget(path, returnFinalTarget: true) is FileInfo { Exists: true, Length: > 0 } kept)
            {
                throw new InputException(
                    $"'{path}' is the file '{kept.FullName}', which holds something already. Give a file of its own in --out.");
            }

            WritePath = path;
            return;
        }

        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? path;
        if (Directory.Exists(path))
            throw new InputException($"'{path}' is a folder. Give the name of a file in --out.");
        if (!Directory.Exists(folder))
            throw new InputException($"There is no folder '{folder}' for '{path}'. Make it first.");
        if (File.Exists(path) && !replace)
            throw Exists(path);
        WritePath = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
    }

    public string Path { get; }

    /// <summary>Whether it is a device, such as /dev/stdout, which is written to at once.</summary>
    public bool IsDevice { get; }

    /// <summary>Where to write.</summary>
    public string WritePath { get; }

    /// <summary>Moves what was written to its place.</summary>
    public void Commit()
    {
        if (IsDevice)
            return;
        try
        {
            File.Move(WritePath, Path, _replace);
        }
        catch (IOException error) when (!_replace && File.Exists(Path))
        {
            throw new InputException(Exists(Path).Message, error);
        }
    }

    /// <summary>Runs the writing; errors of the disk become one line.</summary>
    public void Write(Action<string> write)
    {
        try
        {
            write(WritePath);
            Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            string left = IsDevice ? "" : " No file was left there.";
            throw new InputException($"'{Path}' cannot be written: {error.Message}{left}", error);
        }
    }

    public void Dispose()
    {
        if (!IsDevice)
            File.Delete(WritePath);
    }

    private static InputException Exists(string path) => new($"'{path}' exists already. Pass --force to replace it.");
}
