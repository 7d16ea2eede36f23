using MLNet.Flows.Numerics;

namespace MLNet.Flows.Tests;

/// <summary>Every vector width: the same tests run on each.</summary>
public static class SimdWidths
{
    public static TheoryData<int> All =>
        [(int)SimdWidth.Scalar, (int)SimdWidth.Vector128, (int)SimdWidth.Vector256, (int)SimdWidth.Vector512];
}
