using Microsoft.ML.Data;

namespace ServingLoad;

/// <summary>A row to score; NaN where a value is missing.</summary>
internal sealed class Row
{
    [LoadColumn(0, 8), VectorType(9)] public float[] Features { get; set; } = [];
}
