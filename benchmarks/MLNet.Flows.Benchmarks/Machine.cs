namespace MLNet.Flows.Benchmarks;

/// <summary>Where a number was measured.</summary>
internal static class Machine
{
    public static string Describe()
    {
        string? model = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(
                line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        string cores = Environment.ProcessorCount == 1 ? "core" : "cores";
        return $"{model ?? "unknown processor"}, {Environment.ProcessorCount} logical {cores}";
    }
}
