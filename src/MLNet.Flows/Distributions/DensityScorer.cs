using System.Numerics.Tensors;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Distributions;

/// <summary>Scores rows by a <see cref="RowDensity"/>, with the buffers of one caller. Not thread-safe.</summary>
/// <remarks>Flows score the same block of 64 rows one after another, so that its rows are read from memory once; what they find
/// is put together row by row, in blocks and alone by the same sums.</remarks>
internal sealed class DensityScorer
{
    private const int R = RowBlock.Rows;
    private readonly FlowDensity[] _flows;
    private readonly FlowWorkspace[] _workspaces;

    // [flows]: whether it loads rows as the first one does.
    private readonly bool[] _likeFirst;

    // [flows, 64]: log p_m.
    private readonly AlignedBuffer _logProbs;

    // [64]: log sum_m p_m.
    private readonly AlignedBuffer _logSums = new(R);

    // [flows]: log p_m of a row alone.
    private readonly float[] _row;
    private readonly float _logFlows;

    /// <param name="flows">One or more.</param>
    public DensityScorer(FlowDensity[] flows)
    {
        _flows = flows;
        _workspaces = Array.ConvertAll(flows, flow => flow.CreateWorkspace());
        _likeFirst = [.. flows.Select((flow, m) => m > 0 && flow.LoadsLike(flows[0]))];
        if (_likeFirst.Contains(true))
            _workspaces[0].Loaded = new LoadedRows(flows[0].FeatureCount);
        _logProbs = new AlignedBuffer(flows.Length * R);
        _row = new float[flows.Length];
        _logFlows = MathF.Log(flows.Length);
    }

    /// <summary>Scores rows [n, FeatureCount] given contexts [n, ContextColumns], row-major.</summary>
    /// <param name="rows">In original units.</param>
    /// <param name="contexts">In original units.</param>
    /// <param name="logLikelihoods">[n]; NaN where a row or its context has a missing or infinite value.</param>
    /// <param name="scores">[n], likewise; empty where they are not wanted. May be <paramref name="logLikelihoods"/>, whose place
    /// they then take.</param>
    /// <param name="categories">[n, CategoryColumns], codes.</param>
    public void Score(
        ReadOnlySpan<float> rows,
        ReadOnlySpan<float> contexts,
        Span<float> logLikelihoods,
        Span<float> scores,
        ReadOnlySpan<int> categories = default)
    {
        if (logLikelihoods.Length == 1)
        {
            RowScore row = ScoreRow(rows, contexts, categories);
            logLikelihoods[0] = row.LogLikelihood;
            if (!scores.IsEmpty)
                scores[0] = row.Score;
            return;
        }

        if (_flows is [FlowDensity only])
        {
            only.LogProb(rows, contexts, logLikelihoods, _workspaces[0], categories);
            if (!scores.IsEmpty)
                TensorPrimitives.Negate(logLikelihoods, scores);
            return;
        }

        int columns = _flows[0].FeatureCount, given = _flows[0].ContextColumns, codes = _flows[0].CategoryColumns;
        for (int start = 0; start < logLikelihoods.Length; start += R)
        {
            int count = Math.Min(R, logLikelihoods.Length - start);
            ReadOnlySpan<float> some = rows.Slice(start * columns, count * columns);
            ReadOnlySpan<float> someContexts = contexts.Slice(start * given, count * given);
            ReadOnlySpan<int> someCategories = categories.Slice(start * codes, count * codes);
            for (int m = 0; m < _flows.Length; m++)
            {
                _flows[m].LogProb(
                    some,
                    someContexts,
                    _logProbs.Span.Slice(m * R, count),
                    _workspaces[m],
                    someCategories,
                    _likeFirst[m] ? _workspaces[0].Loaded : null);
            }

            var mixture = new Mixture(_logProbs, _flows.Length, _logSums);
            SimdDispatch.Run(SimdSupport.Best, ref mixture);
            for (int r = 0; r < count; r++)
            {
                double sum = 0;
                for (int m = 0; m < _flows.Length; m++)
                    sum += _logProbs[m * R + r];
                RowScore score = Combine(_logSums[r], sum);
                logLikelihoods[start + r] = score.LogLikelihood;
                if (!scores.IsEmpty)
                    scores[start + r] = score.Score;
            }
        }
    }

    /// <summary>Scores one row given its context; the same bits as in a block.</summary>
    public RowScore ScoreRow(
        ReadOnlySpan<float> features, ReadOnlySpan<float> context, ReadOnlySpan<int> categories = default)
    {
        double sum = 0;
        for (int m = 0; m < _flows.Length; m++)
        {
            _row[m] = _flows[m].LogProbOfRow(features, context, _workspaces[m], categories);
            sum += _row[m];
        }

        return _row is [float only] ? new RowScore(only, -only) : Combine(LogSumExpKernel.Run(_row), sum);
    }

    // NaN where a member's is, whatever the largest of numbers and NaN is.
    private RowScore Combine(float logSum, double sum) =>
        double.IsNaN(sum)
            ? new RowScore(float.NaN, float.NaN)
            : new RowScore(logSum - _logFlows, (float)(-sum / _flows.Length));

    private readonly unsafe struct Mixture(AlignedBuffer logProbs, int flows, AlignedBuffer result) : ISimdOperation
    {
        public void Run<V, S>()
            where V : struct
            where S : struct, ISimd<V>
        {
            fixed (float* l = logProbs, sums = result)
                LogSumExpKernel.Run<V, S>(l, flows, sums);
        }
    }
}
