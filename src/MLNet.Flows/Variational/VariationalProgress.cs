namespace MLNet.Flows;

/// <summary>How far a variational fit is.</summary>
public sealed record VariationalProgress
{
    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in all.</summary>
    public required int MaximumSteps { get; init; }

    /// <summary>E_q[log q(z) + U(z)] over the last steps' draws, in nats, with the energy in full whatever the
    /// annealing.</summary>
    public required double FreeEnergy { get; init; }
}
