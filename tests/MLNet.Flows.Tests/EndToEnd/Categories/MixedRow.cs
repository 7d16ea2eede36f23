using Microsoft.ML.Data;

namespace MLNet.Flows.Tests.EndToEnd.Categories;

/// <summary>A row of two features and two categories.</summary>
public sealed class MixedRow
{
    [VectorType(2)]
    public float[] Features { get; set; } = [0, 0];

    public string? Color { get; set; }

    public string? Shape { get; set; }

    public float Weight { get; set; } = 1;

    [VectorType(1)]
    public float[] Given { get; set; } = [0];
}
