using Microsoft.ML.Data;

namespace HourlyLoad;

/// <summary>One hour's load, and what it is to be judged by.</summary>
public sealed class HourReading
{
    /// <summary>Hours since a Monday at midnight.</summary>
    public int Hour { get; set; }

    /// <summary>The load in MW.</summary>
    [VectorType(1)]
    public float[] Features { get; set; } = [];

    /// <summary>Where in its day and week the hour is: sines and cosines of the day's angle, twice it and three times it, and 1
    /// on Saturday and Sunday.</summary>
    [VectorType(7)]
    public float[] When { get; set; } = [];

    /// <summary>The logarithm of the true density, in nats.</summary>
    public double Truth { get; set; }

    /// <summary>Whether the load was exchanged for that of another hour.</summary>
    public bool Label { get; set; }
}
