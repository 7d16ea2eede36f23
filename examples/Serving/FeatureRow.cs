namespace Serving;

/// <summary>What a request holds of a row; NaN where a value is missing.</summary>
internal sealed class FeatureRow
{
    public float[] Features { get; set; } = [];
}
