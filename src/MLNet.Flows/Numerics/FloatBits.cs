namespace MLNet.Flows.Numerics;

/// <summary>Bit patterns of single-precision numbers.</summary>
internal static class FloatBits
{
    /// <summary>The bits of sqrt(1/2).</summary>
    public const int SqrtHalf = 0x3f3504f3;
}
