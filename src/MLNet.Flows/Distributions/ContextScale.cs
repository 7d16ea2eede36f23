using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>What rows are given, in original units, to the standardized values that conditioners see.</summary>
/// <remarks>
/// 1. A column that never varied counts as 0, whatever is given later: nothing is known of what a change would mean.
/// 2. What lies beyond all that was given in training counts as the furthest that was, and nothing counts as more than 30 scales:
///    a perceptron's line into the unknown would be no knowledge either.
/// </remarks>
/// <param name="mean">[context columns].</param>
/// <param name="scale">[context columns], positive; infinite for a column that never varied.</param>
/// <param name="lowest">[context columns], standardized: values below count as this.</param>
/// <param name="highest">[context columns], standardized: values above count as this.</param>
internal sealed class ContextScale(float[] mean, float[] scale, float[] lowest, float[] highest)
{
    /// <summary>Scales from the mean, at most, that anything counts as.</summary>
    public const float Furthest = 30;

    // Before version 5 conditioners clamped what they were given.
    private const float FurthestBefore = 3;
    private const int MaximumColumns = 1 << 20;
    private readonly float[] _inverseScale = Array.ConvertAll(scale, s => 1 / s);

    /// <summary>Columns of the context.</summary>
    public int Columns => mean.Length;

    public ReadOnlySpan<float> Mean => mean;

    /// <summary>[context columns]; 0 for a column that never varied.</summary>
    public ReadOnlySpan<float> InverseScale => _inverseScale;

    /// <summary>[context columns], standardized: values below count as this.</summary>
    public ReadOnlySpan<float> Lowest => lowest;

    /// <summary>[context columns], standardized: values above count as this.</summary>
    public ReadOnlySpan<float> Highest => highest;

    /// <summary>Standardizes a row in place.</summary>
    /// <param name="context">[context columns]; finite.</param>
    public void Apply(Span<float> context)
    {
        for (int c = 0; c < context.Length; c++)
            context[c] = (float)Math.Clamp(((double)context[c] - mean[c]) * _inverseScale[c], lowest[c], highest[c]);
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(Columns);
        writer.Write(mean);
        writer.Write(_inverseScale);
        writer.Write(lowest);
        writer.Write(highest);
    }

    /// <param name="reader">The payload.</param>
    /// <param name="version">Of the format, 4 or more: the range of the context follows from version 5 on.</param>
    /// <returns>Null where there is no context.</returns>
    public static ContextScale? Read(ModelReader reader, int version)
    {
        int columns = reader.ReadInt32();
        reader.Check(columns is >= 0 and <= MaximumColumns, $"a context of {columns} columns");
        if (columns == 0)
            return null;
        float[] mean = reader.ReadFiniteSingles(columns), inverseScale = reader.ReadFiniteSingles(columns);
        float[] lowest = version > 4 ? reader.ReadFiniteSingles(columns) : Filled(-FurthestBefore);
        float[] highest = version > 4 ? reader.ReadFiniteSingles(columns) : Filled(FurthestBefore);
        reader.Reserve(2L * columns * sizeof(float));
        reader.Check(Array.TrueForAll(inverseScale, each => each >= 0), "a context of a negative scale");
        for (int c = 0; c < columns; c++)
        {
            reader.Check(
                lowest[c] >= -Furthest && lowest[c] <= highest[c] && highest[c] <= Furthest,
                $"a context from {lowest[c]} to {highest[c]} scales");
        }

        return new ContextScale(mean, Array.ConvertAll(inverseScale, each => 1 / each), lowest, highest);

        float[] Filled(float value)
        {
            var values = new float[columns];
            Array.Fill(values, value);
            return values;
        }
    }
}
