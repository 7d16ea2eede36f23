using Microsoft.ML.Data;

namespace PlaneData;

/// <summary>A point of the plane as ML.NET reads it.</summary>
public sealed class Point
{
    [VectorType(2)]
    public float[] Features { get; set; } = [];
}
