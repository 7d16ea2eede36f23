using System.Diagnostics;
using System.Globalization;

namespace MLNet.Flows.Tests.Persistence;

/// <summary>A process that knows ML.NET and has this library beside it, but never mentions it.</summary>
internal static class SecondProcess
{
    /// <summary>Loads the model there and scores the rows.</summary>
    /// <returns>The last transformer's type, then per row the bits of Score and the alarm.</returns>
    public static string[] Score(string zip, IEnumerable<float[]> rows)
    {
        string probe = Path.Combine(AppContext.BaseDirectory, "MLNet.Flows.LoadProbe.dll");
        bool underDotnet = Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet";
        var start = new ProcessStartInfo(underDotnet ? Environment.ProcessPath! : "dotnet", [probe, zip])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        foreach (float[] row in rows)
            process.StandardInput.WriteLine(
                string.Join(",", row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
