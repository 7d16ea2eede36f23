namespace MLNet.Flows.Benchmarks.Growth;

/// <summary>The most managed memory in use at a time, beyond what was in use at the start; looked at every millisecond. Garbage
/// counts until it is collected.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
    private readonly Thread _watcher;
    private volatile bool _ended;
    private long _most;

    public PeakMemory()
    {
        _watcher = new Thread(Watch) { IsBackground = true };
        _watcher.Start();
    }

    public long Bytes => Math.Max(0, Interlocked.Read(ref _most) - _before);

    public void Dispose()
    {
        _ended = true;
        _watcher.Join();
    }

    private void Watch()
    {
        while (!_ended)
        {
            Interlocked.Exchange(ref _most, Math.Max(_most, GC.GetTotalMemory(forceFullCollection: false)));
            Thread.Sleep(1);
        }
    }
}
