using System.Runtime.Intrinsics;

namespace MLNet.Flows.Numerics;

/// <summary>How many single-precision lanes a kernel works on at once.</summary>
internal enum SimdWidth
{
    Scalar = 1,
    Vector128 = 4,
    Vector256 = 8,
    Vector512 = 16,
}

/// <summary>The widest vectors that this processor runs in hardware.</summary>
internal static class SimdSupport
{
    public static SimdWidth Best =>
        Vector512.IsHardwareAccelerated ? SimdWidth.Vector512
        : Vector256.IsHardwareAccelerated ? SimdWidth.Vector256
        : Vector128.IsHardwareAccelerated ? SimdWidth.Vector128
        : SimdWidth.Scalar;
}
