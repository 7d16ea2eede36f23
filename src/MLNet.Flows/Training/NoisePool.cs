using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Training;

/// <summary>Standard normal noise for input rows, at the price of a copy.</summary>
/// <remarks>65,536 + d variates are drawn once; a row reads d consecutive ones from an offset that depends on the seed, the step
/// and its place in the batch alone, so noise does not depend on threads.</remarks>
internal sealed class NoisePool
{
    private const int Size = 1 << 16;
    private readonly float[] _values;
    private readonly ulong _seed;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public NoisePool(int dimension, int seed)
    {
        _seed = (ulong)(uint)seed;
        var random = new RandomStream(seed, RandomStreams.Noise);
        _values = new float[Size + dimension];
        for (int i = 0; i < _values.Length; i++)
            _values[i] = (float)random.NextGaussian();
    }

    /// <summary>The row with noise of a standard deviation.</summary>
    /// <param name="step">The optimizer's step.</param>
    /// <param name="position">The row's place in the batch.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="row">[d].</param>
    /// <param name="noisy">[d].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddTo(int step, int position, float deviation, ReadOnlySpan<float> row, Span<float> noisy)
    {
        ReadOnlySpan<float> noise = Row(step, position, row.Length);
        int width = Vector256<float>.Count, last = row.Length - width;
        if (last < 0)
        {
            for (int d = 0; d < row.Length; d++)
                noisy[d] = noise[d] * deviation + row[d];
            return;
        }

        // The last vector overlaps the one before it.
        for (int d = 0; d < last; d += width)
            (Vector256.Create(noise[d..]) * deviation + Vector256.Create(row[d..])).CopyTo(noisy[d..]);
        (Vector256.Create(noise[last..]) * deviation + Vector256.Create(row[last..])).CopyTo(noisy[last..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<float> Row(int step, int position, int dimension)
    {
        ulong z = RandomStream.Mix(_seed + ((ulong)(uint)step << 32) + (uint)position);
        return _values.AsSpan((int)(z & (Size - 1)), dimension);
    }
}
