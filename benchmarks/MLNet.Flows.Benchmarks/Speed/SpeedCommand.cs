namespace MLNet.Flows.Benchmarks.Speed;

internal static class SpeedCommand
{
    public static int Run(string[] args) => throw new NotSupportedException(string.Join(" ", args));
}
