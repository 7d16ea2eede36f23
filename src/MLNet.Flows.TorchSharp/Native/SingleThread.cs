using TorchSharp;

namespace MLNet.Flows.TorchSharp.Native;

/// <summary>Keeps a training's thread from sharing libtorch's operations out among others, and gives the app's own setting back
/// afterwards.</summary>
/// <remarks>
/// The tensors of a batch are small: sharing them out among threads costs more than it saves, and sums would depend on the number
/// of threads. libtorch keeps the number for each thread, and hands the last one set on to threads that it has not seen: so
/// trainings side by side each set and reset it on their own thread, to what the app had before the first of them began. Made and
/// disposed of on the same thread.
/// </remarks>
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
            _trainings--;
            torch.set_num_threads(_before);
        }
    }
}
