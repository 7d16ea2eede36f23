namespace MLNet.Flows.Explanation;

/// <summary>A likely row, from which contributions are counted.</summary>
/// <param name="Features">[FeatureCount], finite, in original units.</param>
/// <param name="Categories">[CategoryColumns], codes.</param>
internal readonly record struct ReferenceRow(float[] Features, int[] Categories)
{
    /// <summary>A row without categories.</summary>
    public static implicit operator ReferenceRow(float[] features) => new(features, []);
}
