using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MLNet.Flows.Numerics;

/// <summary>Puts single-precision numbers in order at the full speed of the first call.</summary>
/// <remarks>
/// The runtime holds a compiled sort of integers, but compiles that of Singles in the process, slowly running code first: 49,000
/// numbers take it 13 ms in a new process, as integers 2.4 ms.
/// 1. The bits of a positive Single, read as an integer, grow with it; those of a negative one shrink.
/// 2. So all but the sign bit of a negative one are inverted, the integers sorted, and the inversion taken back.
/// </remarks>
internal static class SingleOrder
{
    /// <param name="values">None is NaN; put in ascending order, -0 before 0.</param>
    public static void Sort(Span<float> values)
    {
        Span<int> keys = MemoryMarshal.Cast<float, int>(values);
        InvertNegative(keys);
        keys.Sort();
        InvertNegative(keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InvertNegative(Span<int> bits)
    {
        foreach (ref int each in bits)
            each ^= (each >> 31) & int.MaxValue;
    }
}
