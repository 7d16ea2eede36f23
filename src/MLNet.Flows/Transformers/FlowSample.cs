namespace MLNet.Flows.Transformers;

/// <summary>A row drawn from a flow.</summary>
/// <param name="Features">[FeatureCount], in original units.</param>
/// <param name="Context">[ContextColumns], what it was drawn given.</param>
/// <param name="Categories">[CategoryColumns], codes.</param>
internal readonly record struct FlowSample(float[] Features, float[] Context, int[] Categories);
