using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Transformers;

/// <summary>Draws rows in batches that each have a random stream of their own: row i is the same however many are drawn, and in
/// any order.</summary>
/// <param name="density">What to draw from.</param>
/// <param name="seed">Decides the rows.</param>
internal sealed class FlowSampler(RowDensity density, int seed)
{
    /// <summary>Rows in a batch.</summary>
    public const int BatchSize = 1024;

    /// <summary>Fills [n, FeatureCount], n at most <see cref="BatchSize"/>, with the first rows of a batch.</summary>
    /// <param name="batch">Counted from 0.</param>
    /// <param name="contexts">[n, ContextColumns], what each row is given; empty without a context.</param>
    /// <param name="rows">Receives the rows.</param>
    /// <param name="categories">[n, CategoryColumns]; receives the rows' codes.</param>
    public void Batch(long batch, ReadOnlySpan<float> contexts, Span<float> rows, Span<int> categories = default) =>
        density.Sample(new RandomStream(seed, RandomStreams.Samples + (ulong)batch), contexts, rows, categories);

    /// <summary>A row for each context, one by one.</summary>
    /// <param name="contexts">[ContextColumns] each, finite.</param>
    public IEnumerable<FlowSample> Rows(IEnumerable<float[]> contexts)
    {
        int dimension = density.FeatureCount, columns = density.CategoryColumns;
        foreach ((int batch, float[][] given) in contexts.Chunk(BatchSize).Index())
        {
            var rows = new float[given.Length * dimension];
            var codes = new int[given.Length * columns];
            Batch(batch, [.. given.SelectMany(context => context)], rows, codes);
            for (int r = 0; r < given.Length; r++)
                yield return new FlowSample(
                    rows.AsSpan(r * dimension, dimension).ToArray(), given[r], codes.AsSpan(r * columns, columns).ToArray());
        }
    }

    /// <summary>The rows one by one, of a density without a context.</summary>
    public IEnumerable<FlowSample> Rows(long count)
    {
        int dimension = density.FeatureCount, columns = density.CategoryColumns;
        var rows = new float[BatchSize * dimension];
        var codes = new int[BatchSize * columns];
        for (long start = 0; start < count; start += BatchSize)
        {
            int taken = (int)Math.Min(BatchSize, count - start);
            Batch(start / BatchSize, contexts: [], rows.AsSpan(0, taken * dimension), codes.AsSpan(0, taken * columns));
            for (int r = 0; r < taken; r++)
                yield return new FlowSample(
                    rows.AsSpan(r * dimension, dimension).ToArray(), [], codes.AsSpan(r * columns, columns).ToArray());
        }
    }
}
