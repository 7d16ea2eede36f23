using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MLNet.Flows.Numerics;

/// <summary>Dot products of single-precision vectors in double precision, where a sum near zero or of tiny squares decides.</summary>
internal static class DoubleDot
{
    public static double Of(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ref float first = ref MemoryMarshal.GetReference(a);
        ref float second = ref MemoryMarshal.GetReference(b);
        Vector512<double> low = Vector512<double>.Zero, high = low;
        int i = 0;
        for (; i + 16 <= a.Length; i += 16)
        {
            (Vector512<double> a0, Vector512<double> a1) = Vector512.Widen(Vector512.LoadUnsafe(ref first, (nuint)i));
            (Vector512<double> b0, Vector512<double> b1) = Vector512.Widen(Vector512.LoadUnsafe(ref second, (nuint)i));
            low = Vector512.FusedMultiplyAdd(a0, b0, low);
            high = Vector512.FusedMultiplyAdd(a1, b1, high);
        }

        double sum = Vector512.Sum(low + high);
        for (; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
