using System.Runtime.ExceptionServices;

namespace MLNet.Flows.Training;

/// <summary>The caller's thread and a few helpers that share out the parts of one small piece of work after another.</summary>
/// <remarks>A training step lasts some 50 microseconds, of which a thread pool's own handing out would take a good part: helpers
/// stay awake for the next step for about as long, then sleep. Parts are taken one by one; which thread does which part must not
/// matter to the result.</remarks>
internal sealed class WorkTeam : IDisposable
{
    private const int SpinsBeforeSleep = 500;
    private readonly ManualResetEventSlim[] _starts;
    private Action<int> _work = _ => { };
    private ExceptionDispatchInfo? _fault;
    private volatile bool _ended;
    private int _parts;
    private int _next;
    private int _busy;

    /// <param name="threads">Threads in all, the caller's included, at least 1.</param>
    public WorkTeam(int threads)
    {
        _starts = new ManualResetEventSlim[threads - 1];
        for (int i = 0; i < _starts.Length; i++)
        {
            var start = _starts[i] = new ManualResetEventSlim(false, SpinsBeforeSleep);
            new Thread(() => Help(start)) { IsBackground = true, Name = "Flow training" }.Start();
        }
    }

    /// <summary>Whether there are no helpers.</summary>
    public bool IsAlone => _starts.Length == 0;

    /// <summary>Does parts 0 .. parts - 1 and returns when all are done; what a part throws is thrown here.</summary>
    public void Run(int parts, Action<int> work)
    {
        if (_starts.Length == 0 || parts == 1)
        {
            for (int p = 0; p < parts; p++)
                work(p);
            return;
        }

        int helpers = Math.Min(_starts.Length, parts - 1);
        (_work, _parts, _next, _busy, _fault) = (work, parts, 0, helpers, null);
        for (int i = 0; i < helpers; i++)
            _starts[i].Set();
        TakeParts();
        var wait = new SpinWait();
        while (Volatile.Read(ref _busy) > 0)
            wait.SpinOnce(sleep1Threshold: -1);
        _fault?.Throw();
    }

    public void Dispose()
    {
        _ended = true;
        foreach (ManualResetEventSlim start in _starts)
            start.Set();
    }

    private void Help(ManualResetEventSlim start)
    {
        while (true)
        {
            start.Wait();
            if (_ended)
                return;
            start.Reset();
            TakeParts();
            Interlocked.Decrement(ref _busy);
        }
    }

    private void TakeParts()
    {
        try
        {
            for (int p = Interlocked.Increment(ref _next) - 1; p < _parts; p = Interlocked.Increment(ref _next) - 1)
                _work(p);
        }
        catch (Exception fault)
        {
            _fault = ExceptionDispatchInfo.Capture(fault);
        }
    }
}
