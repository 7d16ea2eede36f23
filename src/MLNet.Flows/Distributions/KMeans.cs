using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Lloyd's algorithm from a k-means++ start, on a bounded sample: a place for a mixture to begin.</summary>
internal sealed class KMeans
{
    private const int MaximumRows = 4000;
    private const int Iterations = 8;
    private readonly float[][] _rows;
    private readonly int[] _assignment;
    private readonly int _dimension;

    private KMeans(float[][] rows, int dimension, int clusters)
    {
        _rows = rows;
        _dimension = dimension;
        _assignment = new int[rows.Length];
        Centers = new float[clusters * dimension];
        Counts = new int[clusters];
    }

    /// <summary>[M, d].</summary>
    public float[] Centers { get; }

    public int[] Counts { get; }

    public int RowCount => _rows.Length;

    public static KMeans Fit(FeatureMatrix data, ReadOnlySpan<int> rows, int clusters, RandomStream random)
    {
        int[] sample = rows.ToArray();
        if (sample.Length > MaximumRows)
        {
            random.Shuffle<int>(sample);
            sample = sample[..MaximumRows];
        }

        var means = new KMeans([.. sample.Select(row => data.Row(row).ToArray())], data.Dimension, clusters);
        means.Start(random);
        for (int i = 0; i < Iterations; i++)
            means.Iterate();
        return means;
    }

    /// <summary>Within-cluster variance of each column: [M, d] per cluster, or [d] over all; a cluster of fewer than two rows gets the overall one.</summary>
    public double[] Variance(bool perCluster)
    {
        int clusters = Counts.Length;
        var all = new double[_dimension];
        var own = new double[clusters * _dimension];
        for (int i = 0; i < _rows.Length; i++)
        {
            int m = _assignment[i];
            for (int d = 0; d < _dimension; d++)
            {
                double delta = _rows[i][d] - (double)Centers[m * _dimension + d];
                all[d] += delta * delta / _rows.Length;
                own[m * _dimension + d] += delta * delta;
            }
        }

        if (!perCluster)
            return all;
        for (int m = 0; m < clusters; m++)
        {
            for (int d = 0; d < _dimension; d++)
                own[m * _dimension + d] = Counts[m] < 2 ? all[d] : own[m * _dimension + d] / Counts[m];
        }

        return own;
    }

    // k-means++: each next center is a row drawn with probability in proportion to its squared distance from the nearest center so far.
    private void Start(RandomStream random)
    {
        var nearest = new double[_rows.Length];
        Array.Fill(nearest, double.MaxValue);
        int next = random.NextInt32(_rows.Length);
        for (int m = 0; m < Counts.Length; m++)
        {
            _rows[next].CopyTo(Center(m));
            double total = 0;
            for (int i = 0; i < _rows.Length; i++)
                total += nearest[i] = Math.Min(nearest[i], SquaredDistance(_rows[i], m));
            double u = random.NextDouble() * total;
            for (next = 0; next < _rows.Length - 1 && (u -= nearest[next]) >= 0;)
                next++;
        }
    }

    private void Iterate()
    {
        Array.Clear(Counts);
        for (int i = 0; i < _rows.Length; i++)
        {
            double best = double.MaxValue;
            for (int m = 0; m < Counts.Length; m++)
            {
                double distance = SquaredDistance(_rows[i], m);
                if (distance < best)
                    (best, _assignment[i]) = (distance, m);
            }

            Counts[_assignment[i]]++;
        }

        var sums = new double[Centers.Length];
        for (int i = 0; i < _rows.Length; i++)
        {
            for (int d = 0; d < _dimension; d++)
                sums[_assignment[i] * _dimension + d] += _rows[i][d];
        }

        for (int m = 0; m < Counts.Length; m++)
        {
            for (int d = 0; d < _dimension && Counts[m] > 0; d++)
                Centers[m * _dimension + d] = (float)(sums[m * _dimension + d] / Counts[m]);
        }
    }

    private Span<float> Center(int m) => Centers.AsSpan(m * _dimension, _dimension);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double SquaredDistance(float[] row, int m)
    {
        ReadOnlySpan<float> x = row, center = Center(m);
        int d = 0;
        Vector256<float> sums = Vector256<float>.Zero;
        for (; d + Vector256<float>.Count <= x.Length; d += Vector256<float>.Count)
        {
            Vector256<float> delta = Vector256.Create(x[d..]) - Vector256.Create(center[d..]);
            sums += delta * delta;
        }

        float sum = Vector256.Sum(sums);
        for (; d < x.Length; d++)
            sum += (x[d] - center[d]) * (x[d] - center[d]);
        return Math.Min((double)sum, 1e30);
    }
}
