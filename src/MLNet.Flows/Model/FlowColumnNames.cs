namespace MLNet.Flows.Model;

/// <summary>The columns a flow reads and writes; the last two are written where they have a name.</summary>
internal sealed record FlowColumnNames(
    string Features = "Features",
    string LogLikelihood = "LogLikelihood",
    string Score = "Score",
    string PValue = "PValue",
    string PredictedLabel = "PredictedLabel",
    string? Latent = null,
    string? FeatureContributions = null,
    string? Context = null);
