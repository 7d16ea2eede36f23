namespace MLNet.Flows;

/// <summary>A flow of a consensus.</summary>
public sealed record ConsensusMember
{
    /// <summary>The flow's name in the catalog, such as "PlanarFlow".</summary>
    public required string Name { get; init; }

    /// <summary>How it was trained; saved with the model, but for its times.</summary>
    public required TrainingHistory History { get; init; }
}
