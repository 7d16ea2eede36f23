using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MLNet.Flows.Numerics;

/// <summary>Sums that kernels keep lane by lane.</summary>
internal static class LaneSums
{
    /// <summary>Lanes where every vector width is to give the same bits.</summary>
    public const int Sixteen = 16;

    /// <summary>Sixteen lanes, added up in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe double OfSixteen(float* lanes) => Vector256.Sum(
        DoubleMath.Widen(Vector128.Load(lanes)) + DoubleMath.Widen(Vector128.Load(lanes + 4))
        + DoubleMath.Widen(Vector128.Load(lanes + 8)) + DoubleMath.Widen(Vector128.Load(lanes + 12)));

    /// <summary>The lanes of every entry, added up in double precision.</summary>
    /// <param name="buffer">[n, lanes].</param>
    /// <param name="lanes">Lanes of an entry: 1, 4, 8 or 16.</param>
    /// <param name="totals">[n].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Totals(AlignedBuffer buffer, int lanes, Span<float> totals)
    {
        ReadOnlySpan<float> values = buffer.Span;
        if (lanes == 1)
        {
            values[..totals.Length].CopyTo(totals);
            return;
        }

        for (int i = 0; i < totals.Length; i++)
        {
            ReadOnlySpan<float> entry = values.Slice(i * lanes, lanes);
            Vector256<double> sum = DoubleMath.Widen(Vector128.Create(entry));
            for (int lane = Vector128<float>.Count; lane < lanes; lane += Vector128<float>.Count)
                sum += DoubleMath.Widen(Vector128.Create(entry[lane..]));
            totals[i] = (float)Vector256.Sum(sum);
        }
    }
}
