namespace MLNet.Flows;

/// <summary>How far a variational fit is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="FreeEnergy">E_q[log q(z) + U(z)] over the last steps' draws, in nats, with the energy in full whatever the annealing.</param>
public sealed record VariationalProgress(int Step, int Steps, double FreeEnergy);
