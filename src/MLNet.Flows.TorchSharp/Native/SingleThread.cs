using TorchSharp;

namespace MLNet.Flows.TorchSharp.Native;

/// <summary>Keeps libtorch on one thread as long as any training lasts, and gives the app's own setting back after the last
/// one.</summary>
/// <remarks>The tensors of a batch are small: sharing them out among threads costs more than it saves, and
/// sums would depend on the number of threads.</remarks>
internal sealed class SingleThread : IDisposable
{
    private static readonly Lock Gate = new();
    private static int _trainings;
    private static int _before;
    private bool _disposed;

    public SingleThread()
    {
        lock (Gate)
        {
            if (_trainings++ == 0)
                _before = torch.get_num_threads();
            torch.set_num_threads(1);
        }
    }

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        lock (Gate)
        {
            if (--_trainings == 0)
                torch.set_num_threads(_before);
        }
    }
}
