using Microsoft.ML.Data;

namespace SineTutorial;

/// <summary>A point of the plane as ML.NET reads it.</summary>
public sealed class Point
{
    [VectorType(2)]
    public float[] Features { get; set; } = [];
}
