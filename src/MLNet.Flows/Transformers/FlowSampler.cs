using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Transformers;

/// <summary>Draws rows in batches that each have a random stream of their own: row i is the same however many are drawn, and in
/// any order.</summary>
/// <param name="density">What to draw from.</param>
/// <param name="seed">Decides the rows.</param>
internal sealed class FlowSampler(FlowDensity density, int seed)
{
    /// <summary>Rows in a batch.</summary>
    public const int BatchSize = 1024;

    /// <summary>Fills [n, FeatureCount], n at most <see cref="BatchSize"/>, with the first rows of a batch.</summary>
    public void Batch(long batch, Span<float> rows) =>
        density.Sample(new RandomStream(seed, RandomStreams.Samples + (ulong)batch), rows);

    /// <summary>The rows one by one.</summary>
    public IEnumerable<float[]> Rows(long count)
    {
        int dimension = density.FeatureCount;
        var rows = new float[BatchSize * dimension];
        for (long start = 0; start < count; start += BatchSize)
        {
            int taken = (int)Math.Min(BatchSize, count - start);
            Batch(start / BatchSize, rows.AsSpan(0, taken * dimension));
            for (int r = 0; r < taken; r++)
                yield return rows.AsSpan(r * dimension, dimension).ToArray();
        }
    }
}
