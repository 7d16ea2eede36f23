using MLNet.Flows.Numerics;
using MLNet.Flows.Serialization;

namespace MLNet.Flows.Distributions;

/// <summary>What rows are given, in original units, to the standardized values that conditioners see.</summary>
/// <remarks>A column that never varied counts as 0, whatever is given later: nothing is known of what a change would
/// mean.</remarks>
/// <param name="mean">[context columns].</param>
/// <param name="scale">[context columns], positive; infinite for a column that never varied.</param>
internal sealed class ContextScale(float[] mean, float[] scale)
{
    private const int MaximumColumns = 1 << 20;
    private readonly float[] _inverseScale = Array.ConvertAll(scale, s => 1 / s);

    /// <summary>Columns of the context.</summary>
    public int Columns => mean.Length;

    public ReadOnlySpan<float> Mean => mean;

    /// <summary>Standardizes a row in place.</summary>
    /// <param name="context">[context columns]; finite, and within +-1e15 afterwards.</param>
    public void Apply(Span<float> context)
    {
        for (int c = 0; c < context.Length; c++)
            context[c] = (float)Math.Clamp(
                ((double)context[c] - mean[c]) * _inverseScale[c], -ValueLimit.Largest, ValueLimit.Largest);
    }

    public void Write(ModelWriter writer)
    {
        writer.Write(Columns);
        writer.Write(mean);
        writer.Write(_inverseScale);
    }

    /// <returns>Null where there is no context.</returns>
    public static ContextScale? Read(ModelReader reader)
    {
        int columns = reader.ReadInt32();
        reader.Check(columns is >= 0 and <= MaximumColumns, $"a context of {columns} columns");
        if (columns == 0)
            return null;
        float[] mean = reader.ReadFiniteSingles(columns), inverseScale = reader.ReadFiniteSingles(columns);
        reader.Reserve(2L * columns * sizeof(float));
        reader.Check(Array.TrueForAll(inverseScale, each => each >= 0), "a context of a negative scale");
        return new ContextScale(mean, Array.ConvertAll(inverseScale, each => 1 / each));
    }
}
