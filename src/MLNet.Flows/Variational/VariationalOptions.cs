namespace MLNet.Flows;

/// <summary>How a variational flow is fitted. Every property has a default that works.</summary>
public sealed class VariationalOptions
{
    /// <summary>Planar layers, 0 to 4,096. Default 16.</summary>
    public int NumberOfLayers { get; set; } = 16;

    /// <summary>Optimizer steps, 1 to 10,000,000. Default 10,000.</summary>
    public int Steps { get; set; } = 10_000;

    /// <summary>Points drawn per step, 1 to 1,048,576. Default 256.</summary>
    public int BatchSize { get; set; } = 256;

    /// <summary>Adam's highest step size, in (0, 1]. Default 0.01. Warms up over 50 steps, then falls along a cosine to 2 %.</summary>
    public double LearningRate { get; set; } = 0.01;

    /// <summary>Share of the steps over which the energy is let in, from 1 % of it to all of it, in [0, 1]. Default 0.5: modes are found before they are
    /// filled.</summary>
    public double AnnealingFraction { get; set; } = 0.5;

    /// <summary>Decides start and draws: same seed, same flow. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Receives the free energy about 20 times during the fit; null (the default) for nobody.</summary>
    public IProgress<VariationalProgress>? Progress { get; set; }

    /// <summary>Ends the fit early: with an <see cref="OperationCanceledException"/> before the first report, later with what there is.</summary>
    public CancellationToken CancellationToken { get; set; }

    internal void Check()
    {
        var faults = new List<string>();
        Range(nameof(NumberOfLayers), NumberOfLayers, 0, 4096);
        Range(nameof(Steps), Steps, 1, 10_000_000);
        Range(nameof(BatchSize), BatchSize, 1, 1 << 20);
        Range(nameof(AnnealingFraction), AnnealingFraction, 0, 1);
        if (!(LearningRate is > 0 and <= 1))
            faults.Add(FormattableString.Invariant($"LearningRate is {LearningRate}, but it is above 0 and at most 1."));
        if (faults.Count > 0)
            throw new ArgumentException($"The options have {faults.Count} fault{(faults.Count > 1 ? "s" : "")}: {string.Join(" ", faults)}");

        void Range(string name, double value, double minimum, double maximum)
        {
            if (!(value >= minimum && value <= maximum))
                faults.Add(FormattableString.Invariant($"{name} is {value}, but it is in [{minimum}, {maximum}]."));
        }
    }
}
