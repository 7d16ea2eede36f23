namespace MLNet.Flows.Transformers;

/// <summary>The columns a flow reads and writes.</summary>
internal sealed record FlowColumnNames(
    string Features = "Features",
    string LogLikelihood = "LogLikelihood",
    string Score = "Score",
    string PValue = "PValue",
    string PredictedLabel = "PredictedLabel");
