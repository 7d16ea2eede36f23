namespace MLNet.Flows;

/// <summary>What one feature adds to a row's Score.</summary>
public sealed record FeatureContribution
{
    /// <summary>The feature's slot name, or "Features[3]" where the column has none.</summary>
    public required string Name { get; init; }

    /// <summary>Its place in the feature vector, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its value in the row, in original units.</summary>
    public required float Value { get; init; }

    /// <summary>Its value at a likely point of the density, from which the contribution is counted.</summary>
    public required float Reference { get; init; }

    /// <summary>What it adds to Score, in nats; all features of a row add up to Score(row) - Score(reference). NaN where the
    /// value is missing or infinite.</summary>
    public required float Contribution { get; init; }
}
