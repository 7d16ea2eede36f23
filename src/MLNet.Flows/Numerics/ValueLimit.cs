using System.Runtime.CompilerServices;

namespace MLNet.Flows.Numerics;

/// <summary>Points and gradients on their way through a flow are clamped to +-1e15: single precision then has room to square and
/// add them up.</summary>
/// <remarks>A row further out counts as that far, and so has a finite density.</remarks>
internal static class ValueLimit
{
    public const float Largest = 1e15f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Clamp<V, S>(V value)
        where V : struct
        where S : struct, ISimd<V> => S.Min(S.Max(value, S.Create(-Largest)), S.Create(Largest));
}
