namespace MLNet.Flows.Transformers;

/// <summary>The flow's output columns, in the order in which those that a flow has follow the input's.</summary>
internal enum FlowOutput
{
    LogLikelihood,
    Score,
    PValue,
    PredictedLabel,
    Latent,
    FeatureContributions,
}
