using System.Runtime.CompilerServices;

namespace MLNet.Flows.Numerics;

/// <summary>Sums that kernels keep lane by lane.</summary>
internal static class LaneSums
{
    /// <summary>The lanes of every entry, added up.</summary>
    /// <param name="buffer">[n, lanes].</param>
    /// <param name="lanes">Lanes of an entry.</param>
    /// <param name="totals">[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Totals(AlignedBuffer buffer, int lanes, Span<float> totals)
    {
        ReadOnlySpan<float> values = buffer.Span;
        for (int i = 0; i < totals.Length; i++)
        {
            double sum = 0;
            for (int lane = i * lanes; lane < (i + 1) * lanes; lane++)
                sum += values[lane];
            totals[i] = (float)sum;
        }
    }
}
