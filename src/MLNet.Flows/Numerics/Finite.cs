using System.Numerics;

namespace MLNet.Flows.Numerics;

/// <summary>Whether rows are complete.</summary>
internal static class Finite
{
    /// <summary>Whether no value is NaN or infinite.</summary>
    public static bool All(ReadOnlySpan<float> values)
    {
        // Finite times 0 is 0, and the rest is NaN, which stays in the sum.
        Vector<float> sums = Vector<float>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            sums += new Vector<float>(values[i..]) * Vector<float>.Zero;
        float sum = Vector.Sum(sums);
        for (; i < values.Length; i++)
            sum += values[i] * 0f;
        return sum == 0;
    }
}
