using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions.Categories;

/// <summary>Where a mixture over features and categories starts: expectation maximization from clusters of both.</summary>
/// <remarks>
/// Components that were found by the features alone would share out categories by chance. Dempster, Laird and Rubin 1977; where
/// there is no feature the model is Lazarsfeld's of latent classes, and this is most of its training.
/// </remarks>
internal sealed class MixedStart
{
    private const int MaximumRows = 10_000;
    private const int ClusteredRows = 4_000;
    private const int Iterations = 30;
    private const int IterationsWithoutFeatures = 300;

    // Nats a row: less is no step on.
    private const double LeastGain = 1e-4;
    private const double LeastGainWithoutFeatures = 1e-6;
    private readonly FeatureMatrix _data;
    private readonly TrainableCategories _categories;
    private readonly int[] _rows;
    private readonly int _components;
    private readonly bool _sharedScale;
    private readonly double _addedVariance;

    /// <param name="data">[n, d], preprocessed.</param>
    /// <param name="categories">Of the same rows; receives the shares of values.</param>
    /// <param name="rows">The rows to start from.</param>
    /// <param name="components">M.</param>
    /// <param name="sharedScale">One diagonal scale for all components, or one each.</param>
    /// <param name="addedVariance">Added to every variance.</param>
    /// <param name="random">Draws the rows that count, and the clusters' start.</param>
    /// <param name="checkpoint">Called between steps; throws where the caller cancelled.</param>
    public MixedStart(
        FeatureMatrix data, TrainableCategories categories, ReadOnlySpan<int> rows, int components, bool sharedScale,
        double addedVariance, RandomStream random, Action? checkpoint)
    {
        (_data, _categories, _components) = (data, categories, components);
        (_sharedScale, _addedVariance) = (sharedScale, addedVariance);
        int[] order = rows.ToArray();
        random.Shuffle<int>(order);
        _rows = order[..Math.Min(order.Length, MaximumRows)];
        Mean = new float[components * data.Dimension];
        Variance = new double[sharedScale ? data.Dimension : Mean.Length];
        LogWeights = new double[components];
        Cluster(random, checkpoint);
        bool features = data.Dimension > 0;
        double last = double.NegativeInfinity;
        for (int i = 0; i < (features ? Iterations : IterationsWithoutFeatures); i++)
        {
            checkpoint?.Invoke();
            double logLikelihood = Iterate();
            if (logLikelihood - last < (features ? LeastGain : LeastGainWithoutFeatures))
                break;
            last = logLikelihood;
        }
    }

    /// <summary>[M], normalized.</summary>
    public double[] LogWeights { get; }

    /// <summary>[M, d].</summary>
    public float[] Mean { get; }

    /// <summary>[d] or [M, d].</summary>
    public double[] Variance { get; }

    private int Dimension => _data.Dimension;

    private void Cluster(RandomStream random, Action? checkpoint)
    {
        int[] clustered = _rows[..Math.Min(_rows.Length, ClusteredRows)];
        FeatureMatrix points = new CategoryEmbedding(_categories.Background, random).Of(_data, _categories.Codes, clustered);
        KMeans clusters = KMeans.Fit(
            points, [.. Enumerable.Range(0, clustered.Length)], _components, random, SimdSupport.Best, checkpoint);
        double[] variance = clusters.Variance(perCluster: !_sharedScale);
        for (int m = 0; m < _components; m++)
        {
            for (int d = 0; d < Dimension; d++)
            {
                Mean[m * Dimension + d] = clusters.Centers[m * points.Dimension + d];
                if (m == 0 || !_sharedScale)
                    Variance[m * Dimension + d] = variance[m * points.Dimension + d] + _addedVariance;
            }
        }

        var shares = new ComponentShares(_components);
        for (int i = 0; i < clustered.Length; i++)
            shares.Add(clustered[i], clusters.Cluster(i));
        TakeShares(shares);
    }

    // Both steps once; returns the mean log-likelihood before.
    private double Iterate()
    {
        var parameters = new NormalMixtureParameters(Dimension, _components);
        parameters.Set(LogWeights, Mean, Array.ConvertAll(Variance, variance => (float)Math.Sqrt(variance)));
        var block = new RowBlock(Dimension, _components, categoryColumns: _categories.Codes.Columns);
        var shares = new ComponentShares(_components);
        double[] sums = new double[Mean.Length], squares = new double[Mean.Length];
        double logLikelihood = 0;
        for (int start = 0; start < _rows.Length; start += RowBlock.Rows)
        {
            ReadOnlySpan<int> rows = _rows.AsSpan(start, Math.Min(RowBlock.Rows, _rows.Length - start));
            BlockLoader.Load(_data, rows, block);
            block.Categories!.Load(_categories.Codes, rows);
            var operation = new NormalMixtureKernel.BlockLogProb(parameters, block, _categories.Tables);
            SimdDispatch.Run(block.Width, ref operation);
            for (int r = 0; r < rows.Length; r++)
            {
                logLikelihood += shares.Add(rows[r], 1, block, r);
                shares.AddMoments(_data.Row(rows[r]), sums, squares);
            }
        }

        TakeMoments(shares.Totals, sums, squares);
        TakeShares(shares);
        return logLikelihood / _rows.Length;
    }

    // A component without rows keeps its place.
    private void TakeMoments(double[] totals, double[] sums, double[] squares)
    {
        Array.Clear(Variance, 0, _sharedScale ? Dimension : 0);
        for (int m = 0; m < _components; m++)
        {
            for (int d = 0; d < Dimension && totals[m] > 1e-3; d++)
            {
                int entry = m * Dimension + d;
                double mean = sums[entry] / totals[m];
                double spread = Math.Max(squares[entry] / totals[m] - mean * mean, 0);
                Mean[entry] = (float)mean;
                if (_sharedScale)
                    Variance[d] += totals[m] * spread / _rows.Length;
                else
                    Variance[entry] = spread + _addedVariance;
            }
        }

        for (int d = 0; d < Dimension && _sharedScale; d++)
            Variance[d] += _addedVariance;
    }

    private void TakeShares(ComponentShares shares)
    {
        double total = shares.Totals.Sum();
        for (int m = 0; m < _components; m++)
            LogWeights[m] = Math.Log((shares.Totals[m] + 1) / (total + _components));
        _categories.Fit(shares);
    }
}
