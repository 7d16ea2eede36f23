namespace MLNet.Flows;

/// <summary>What one feature, or one category, adds to a row's Score.</summary>
public sealed record FeatureContribution
{
    /// <summary>The feature's slot name, or "Features[3]" where the column has none; of a category the column and the value, such
    /// as "merchant=books", "merchant=missing", or "merchant=unknown" for a value that was not in training.</summary>
    public required string Name { get; init; }

    /// <summary>Its place in the feature vector, from 0; categorical columns come behind the features.</summary>
    public required int Index { get; init; }

    /// <summary>Its value in the row, in original units; NaN of a category.</summary>
    public required float Value { get; init; }

    /// <summary>Its value at a likely point of the density, from which the contribution is counted; NaN of a
    /// category.</summary>
    public required float Reference { get; init; }

    /// <summary>The category in the row, in words; null of a feature.</summary>
    public string? Category { get; init; }

    /// <summary>The category at the likely point, in words; null of a feature.</summary>
    public string? ReferenceCategory { get; init; }

    /// <summary>What it adds to Score, in nats; all features and categories of a row add up to Score(row) - Score(reference).
    /// NaN where the
    /// value is missing or infinite.</summary>
    public required float Contribution { get; init; }
}
