using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Sums that kernels keep lane by lane.</summary>
internal static class LaneSums
{
    /// <summary>The lanes of one entry, added up.</summary>
    public static float Total(AlignedBuffer buffer, int entry, int lanes)
    {
        double sum = 0;
        foreach (float lane in buffer.Span.Slice(entry * lanes, lanes))
            sum += lane;
        return (float)sum;
    }
}
