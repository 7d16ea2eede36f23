using Microsoft.ML.Runtime;

namespace MLNet.Flows.Interop;

/// <summary>What a flow needs of ML.NET's environment: messages to <c>MLContext.Log</c>, cancellation, a seed.</summary>
internal sealed class FlowHost
{
    private readonly IHostEnvironment _environment;
    private readonly IHost _host;
    private readonly bool _silent;

    public FlowHost(IHostEnvironment environment, string name)
    {
        _environment = environment;
        _host = environment.Register(name);
    }

    private FlowHost(FlowHost other)
    {
        (_environment, _host) = (other._environment, other._host);
        _silent = true;
    }

    public IHostEnvironment Environment => _environment;

    /// <summary>True after the context was cancelled (as AutoML does at its time limit).</summary>
    public bool IsCancelled => _host is ICancelable { IsCanceled: true };

    /// <summary>A seed from the context's generator: the same for the same context seed and order of components.</summary>
    public int NextSeed() => _host.Rand.Next();

    /// <summary>The same host without messages, for work behind the scenes.</summary>
    public FlowHost Silent() => new(this);

    public void Info(string message) => Send(ChannelMessageKind.Info, message);

    public void Warning(string message) => Send(ChannelMessageKind.Warning, message);

    private void Send(ChannelMessageKind kind, string message)
    {
        if (_silent)
            return;
        using IChannel channel = _host.Start("Flow");
        channel.Send(new ChannelMessage(kind, MessageSensitivity.Unknown, message));
    }
}
