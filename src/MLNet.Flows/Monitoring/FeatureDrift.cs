namespace MLNet.Flows;

/// <summary>How much more or less a feature adds to Score than it does in rows drawn from the flow.</summary>
public sealed record FeatureDrift
{
    /// <summary>The feature's slot name in training, or the feature column's name and its index; of a category
    /// its column's name.</summary>
    public required string Name { get; init; }

    /// <summary>The feature's index, from 0; categorical columns come behind the features.</summary>
    public required int Index { get; init; }

    /// <summary>Its mean contribution to Score in the rows, in nats.</summary>
    public required double MeanContribution { get; init; }

    /// <summary>The same in as many rows drawn from the flow, given the same contexts.</summary>
    public required double ExpectedContribution { get; init; }

    /// <summary>Their difference in standard errors.</summary>
    public required double StandardErrors { get; init; }
}
