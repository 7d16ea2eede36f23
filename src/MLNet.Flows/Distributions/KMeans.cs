using System.Runtime.CompilerServices;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Lloyd's algorithm from a k-means++ start, on a bounded sample: a place for a mixture to begin.</summary>
/// <remarks>MacQueen 1967 and Lloyd 1982; the start is Arthur and Vassilvitskii's, 2007.</remarks>
internal sealed class KMeans
{
    private const int R = RowBlock.Rows;
    private const int MaximumRows = 4000;
    private const int Iterations = 8;
    private readonly AlignedBuffer _blocks;
    private readonly AlignedBuffer _distance;
    private readonly AlignedBuffer _nearest;
    private readonly int _dimension;
    private readonly SimdWidth _width;

    private KMeans(FeatureMatrix data, ReadOnlySpan<int> rows, int clusters, SimdWidth width)
    {
        (_dimension, _width) = (data.Dimension, width);
        RowCount = rows.Length;
        int padded = (rows.Length + R - 1) / R * R;
        _blocks = new AlignedBuffer(padded * _dimension);
        _distance = new AlignedBuffer(padded);
        _nearest = new AlignedBuffer(padded);
        Centers = new float[clusters * _dimension];
        Counts = new int[clusters];
        for (int i = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<float> row = data.Row(rows[i]);
            for (int d = 0; d < _dimension; d++)
                Value(i, d) = row[d];
        }
    }

    /// <summary>[M, d].</summary>
    public float[] Centers { get; }

    public int[] Counts { get; }

    public int RowCount { get; }

    /// <param name="data">[n, d].</param>
    /// <param name="rows">The rows to cluster; of more than 4,000 a random 4,000.</param>
    /// <param name="clusters">M.</param>
    /// <param name="random">Draws the start.</param>
    /// <param name="width">Of the vectors; the result is the same for all.</param>
    /// <param name="checkpoint">Called for each center of the start and each iteration; throws where the caller
    /// cancelled.</param>
    public static KMeans Fit(
        FeatureMatrix data, ReadOnlySpan<int> rows, int clusters, RandomStream random, SimdWidth width, Action? checkpoint = null)
    {
        int[] sample = rows.ToArray();
        if (sample.Length > MaximumRows)
        {
            random.Shuffle<int>(sample);
            sample = sample[..MaximumRows];
        }

        var means = new KMeans(data, sample, clusters, width);
        means.Start(random, checkpoint);
        for (int i = 0; i < Iterations; i++)
        {
            checkpoint?.Invoke();

            // The start has found the nearest of its centers already.
            if (i > 0)
            {
                means._distance.Span.Fill(float.MaxValue);
                means.Search(0, clusters);
            }

            means.MoveCenters();
        }

        return means;
    }

    /// <summary>Within-cluster variance of each column: [M, d] per cluster, or [d] over all; a cluster of fewer than two rows
    /// gets the overall one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double[] Variance(bool perCluster)
    {
        var all = new double[_dimension];
        var own = new double[Centers.Length];
        for (int start = 0; start < RowCount; start += R)
        {
            ReadOnlySpan<float> nearest = _nearest.Span.Slice(start, Math.Min(R, RowCount - start));
            for (int d = 0; d < _dimension; d++)
            {
                ReadOnlySpan<float> column = Column(start, d);
                for (int r = 0; r < nearest.Length; r++)
                {
                    int entry = (int)nearest[r] * _dimension + d;
                    double delta = column[r] - (double)Centers[entry];
                    all[d] += delta * delta / RowCount;
                    own[entry] += delta * delta;
                }
            }
        }

        if (!perCluster)
            return all;
        for (int m = 0; m < Counts.Length; m++)
        {
            for (int d = 0; d < _dimension; d++)
                own[m * _dimension + d] = Counts[m] < 2 ? all[d] : own[m * _dimension + d] / Counts[m];
        }

        return own;
    }

    /// <summary>The cluster of the i-th row of the sample.</summary>
    public int Cluster(int i) => (int)_nearest.Span[i];

    // A column of the block that starts at a row: 64 values side by side.
    private ReadOnlySpan<float> Column(int start, int column) => _blocks.Span.Slice(start * _dimension + column * R, R);

    private ref float Value(int i, int column) => ref _blocks.Span[((i / R * _dimension) + column) * R + i % R];

    // k-means++: each next center is a row drawn with probability in proportion to its squared distance from the nearest center
    // so far.
    private void Start(RandomStream random, Action? checkpoint)
    {
        _distance.Span.Fill(float.MaxValue);
        int next = random.NextInt32(RowCount);
        for (int m = 0; m < Counts.Length; m++)
        {
            checkpoint?.Invoke();
            for (int d = 0; d < _dimension; d++)
                Centers[m * _dimension + d] = Value(next, d);
            Search(m, m + 1);
            ReadOnlySpan<float> nearest = _distance.Span[..RowCount];
            double total = 0;
            foreach (float distance in nearest)
                total += distance;
            double u = random.NextDouble() * total;
            for (next = 0; next < RowCount - 1 && (u -= nearest[next]) >= 0;)
                next++;
        }
    }

    private void Search(int first, int end)
    {
        var operation = new KMeansKernel.Search(_blocks, _dimension, Centers, first, end, _distance, _nearest);
        SimdDispatch.Run(_width, ref operation);
    }

    // To the mean of their rows; a center without rows stays.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void MoveCenters()
    {
        Array.Clear(Counts);
        var sums = new double[Centers.Length];
        for (int start = 0; start < RowCount; start += R)
        {
            ReadOnlySpan<float> nearest = _nearest.Span.Slice(start, Math.Min(R, RowCount - start));
            foreach (float m in nearest)
                Counts[(int)m]++;
            for (int d = 0; d < _dimension; d++)
            {
                ReadOnlySpan<float> column = Column(start, d);
                Span<double> ofColumn = sums.AsSpan(d * Counts.Length, Counts.Length);
                for (int r = 0; r < nearest.Length; r++)
                    ofColumn[(int)nearest[r]] += column[r];
            }
        }

        for (int m = 0; m < Counts.Length; m++)
        {
            for (int d = 0; d < _dimension && Counts[m] > 0; d++)
                Centers[m * _dimension + d] = (float)(sums[d * Counts.Length + m] / Counts[m]);
        }
    }
}
