namespace AnomalyScoring;

/// <summary>A row of features with its label; 1 = anomaly.</summary>
public sealed class LabeledRow
{
    public float[] Features { get; set; } = [];

    public float Label { get; set; }
}
