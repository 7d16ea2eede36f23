namespace MLNet.Flows;

/// <summary>What one feature adds to a row's Score.</summary>
/// <param name="Name">The feature's slot name, or "Features[3]" where the column has none.</param>
/// <param name="Index">Its place in the feature vector, from 0.</param>
/// <param name="Value">Its value in the row, in original units.</param>
/// <param name="Reference">Its value at a likely point of the density, from which the contribution is counted.</param>
/// <param name="Contribution">What it adds to Score, in nats; all features of a row add up to Score(row) - Score(reference). NaN where the value is missing or
/// infinite.</param>
public sealed record FeatureContribution(string Name, int Index, float Value, float Reference, float Contribution);
