using Microsoft.ML.Runtime;

namespace MLNet.Flows.Interop;

/// <summary>What a flow needs of ML.NET's environment: messages to <c>MLContext.Log</c>, cancellation, a seed.</summary>
internal sealed class FlowHost
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly CancellationToken _cancellationToken;
    private readonly bool _silent;
    private readonly string _prefix = "";
    private readonly Func<bool> _isStopped = () => false;
    private readonly Lock _sending = new();

    /// <param name="environment">ML.NET's.</param>
    /// <param name="name">Of the component, in messages.</param>
    /// <param name="cancellationToken">The caller's own, beside the context's cancellation.</param>
    public FlowHost(IHostEnvironment environment, string name, CancellationToken cancellationToken = default)
    {
        _environment = environment;
        _host = environment.Register(name);
        _cancellationToken = cancellationToken;
    }

    private FlowHost(FlowHost other, bool silent, Func<bool> isStopped, string prefix)
    {
        (_environment, _host, _cancellationToken) = (other._environment, other._host, other._cancellationToken);
        (_silent, _prefix, _sending) = (silent, prefix, other._sending);
        _isStopped = () => other._isStopped() || isStopped();
    }

    public IHostEnvironment Environment => _environment;

    /// <summary>True after the caller cancelled the token, or the context (as AutoML does at its time limit).</summary>
    public bool IsCancelled =>
        _cancellationToken.IsCancellationRequested || _host is ICancelable { IsCanceled: true } || _isStopped();

    /// <summary>For work between whose steps there is nothing to keep.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public void ThrowIfCancelled()
    {
        if (IsCancelled)
            throw new OperationCanceledException(
                "Fit was cancelled before any weights were evaluated, so there is no flow to return.", _cancellationToken);
    }

    /// <summary>A seed from the context's generator: the same for the same context seed and order of components.</summary>
    public int NextSeed() => _host.Rand.Next();

    /// <summary>The same host for one of several pieces of work, which is cancelled by itself as well.</summary>
    /// <param name="silent">Whether its messages would be of no use.</param>
    /// <param name="isStopped">Whether it is cancelled.</param>
    public FlowHost ForPart(bool silent, Func<bool> isStopped) => new(this, silent, isStopped, _prefix);

    /// <summary>The same host for one of several flows, whose messages say whose they are.</summary>
    /// <param name="name">Of the flow.</param>
    /// <param name="cancellationToken">The flow's own, beside the others.</param>
    public FlowHost ForFlow(string name, CancellationToken cancellationToken) =>
        new(this, silent: false, () => cancellationToken.IsCancellationRequested, $"{name}: ");

    public void Info(string message) => Send(ChannelMessageKind.Info, message);

    /// <param name="message">Null for none.</param>
    public void Warn(string? message)
    {
        if (message is not null)
            Warning(message);
    }

    public void Warning(string message) => Send(ChannelMessageKind.Warning, message);

    // One message at a time: whoever listens need not expect several threads at once.
    private void Send(ChannelMessageKind kind, string message)
    {
        if (_silent)
            return;
        lock (_sending)
            SendAlone(kind, message);
    }

    private void SendAlone(ChannelMessageKind kind, string message)
    {
        using IChannel channel = _host.Start("Flow");
        channel.Send(new ChannelMessage(kind, MessageSensitivity.Unknown, _prefix + message));
    }
}
