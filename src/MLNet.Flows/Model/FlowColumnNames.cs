namespace MLNet.Flows.Model;

/// <summary>The columns a flow reads and writes, but for categorical ones; those that are null are not there.</summary>
internal sealed record FlowColumnNames(
    string? Features = "Features",
    string LogLikelihood = "LogLikelihood",
    string Score = "Score",
    string PValue = "PValue",
    string PredictedLabel = "PredictedLabel",
    string? Latent = null,
    string? FeatureContributions = null,
    string? Context = null);
