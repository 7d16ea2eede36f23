namespace MLNet.Flows;

/// <summary>A target density known up to its normalizing constant: p(z) is proportional to exp(-U(z)).</summary>
/// <param name="points">[n, d], row-major.</param>
/// <param name="energies">[n]; receives U(z), in nats; every one is to be written.</param>
/// <param name="gradients">[n, d]; receives dU/dz; every one is to be written.</param>
public delegate void EnergyFunction(ReadOnlySpan<float> points, Span<float> energies, Span<float> gradients);
