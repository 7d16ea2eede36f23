using System.Collections.Concurrent;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Transformers;

namespace MLNet.Flows;

public abstract partial class FlowTransformer
{
    private readonly ConcurrentBag<DensityScorer> _scorers = [];

    /// <summary>Scores an array of rows, without ML.NET's views.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives log p(x) in nats, NaN for a row with a missing or infinite feature.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the flow needs a context or has categorical
    /// columns.</exception>
    public void LogLikelihood(ReadOnlySpan<float> rows, Span<float> result)
    {
        RequireNoContext("LogLikelihood(rows, contexts, result)");
        LogLikelihood(rows, contexts: [], result);
    }

    /// <summary>Scores an array of rows given their contexts, without ML.NET's views.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="contexts">[n, ContextCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives log p(x | context) in nats, NaN for a row with a missing or infinite feature or
    /// context.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the flow has categorical columns.</exception>
    public void LogLikelihood(ReadOnlySpan<float> rows, ReadOnlySpan<float> contexts, Span<float> result)
    {
        Score(rows, contexts, result, scores: []);
    }

    /// <summary>Ranks an array of rows, without ML.NET's views: what the score column holds.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives the scores in nats, higher is stranger: -log p(x), or a consensus's; NaN for a row with
    /// a missing or infinite feature.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the flow needs a context or has categorical
    /// columns.</exception>
    public void Score(ReadOnlySpan<float> rows, Span<float> result)
    {
        RequireNoContext("Score(rows, contexts, result)");
        Score(rows, contexts: [], result);
    }

    /// <summary>Ranks an array of rows given their contexts, without ML.NET's views: what the score column holds.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="contexts">[n, ContextCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives the scores in nats, higher is stranger: -log p(x | context), or a consensus's; NaN for
    /// a row with a missing or infinite feature or context.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the flow has categorical columns.</exception>
    public void Score(ReadOnlySpan<float> rows, ReadOnlySpan<float> contexts, Span<float> result) =>
        Score(rows, contexts, result, scores: result);

    /// <summary>The p-values of an array of rows, without ML.NET's views: what the p-value column holds. A row alarms where it is
    /// NaN or below <see cref="FalseAlarmRate"/>.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives the share of rows like the training rows that are at most this likely, in [0, 1]; NaN
    /// for a row with a missing or infinite feature.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the flow needs a context or has categorical
    /// columns.</exception>
    public void PValue(ReadOnlySpan<float> rows, Span<float> result)
    {
        RequireNoContext("PValue(rows, contexts, result)");
        PValue(rows, contexts: [], result);
    }

    /// <summary>The p-values of an array of rows given their contexts, without ML.NET's views: what the p-value column holds. A
    /// row alarms where it is NaN or below <see cref="FalseAlarmRate"/>.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="contexts">[n, ContextCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives the share of rows like the training rows in such a context that are at most this
    /// likely, in [0, 1]; NaN for a row with a missing or infinite feature or context.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the flow has categorical columns.</exception>
    public void PValue(ReadOnlySpan<float> rows, ReadOnlySpan<float> contexts, Span<float> result)
    {
        Score(rows, contexts, result);
        var ranks = new PValues(Model);
        for (int i = 0; i < result.Length; i++)
            result[i] = ranks.Of(result[i], contexts.Slice(i * ContextCount, ContextCount));
    }

    /// <summary>Draws rows from the flow, exactly: base draws through the exact inverse.</summary>
    /// <param name="count">How many rows, at least 1.</param>
    /// <param name="seed">Same seed, same rows; null takes one from the context.</param>
    /// <returns>[count, FeatureCount], row-major, in original units.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1, or so many rows do not fit an
    /// array.</exception>
    /// <exception cref="ArgumentException">The flow needs a context or has categorical columns.</exception>
    public float[] Sample(int count, int? seed = null)
    {
        RequireNoContext("Sample(contexts)");
        RequireNoCategories("mlContext.Flows.Sample(model, rows)");
        CheckCount(count, nameof(count));
        if ((long)count * FeatureCount > Array.MaxLength)
            throw new ArgumentOutOfRangeException(
                nameof(count),
                count,
                $"{count} rows of {FeatureCount} features do not fit one array. Draw fewer at a time, or use "
                + "mlContext.Flows.Sample, which is lazy.");
        var sampler = new FlowSampler(Model.Density, seed ?? new FlowHost(Environment, "FlowSample").NextSeed());
        var rows = new float[count * FeatureCount];
        for (int start = 0; start < count; start += FlowSampler.BatchSize)
            sampler.Batch(
                start / FlowSampler.BatchSize,
                contexts: [],
                rows.AsSpan(start * FeatureCount, Math.Min(FlowSampler.BatchSize, count - start) * FeatureCount));
        return rows;
    }

    /// <summary>Draws a row for each context, exactly: base draws through the exact inverse given the context.</summary>
    /// <param name="contexts">[n, ContextCount], row-major, finite, in original units.</param>
    /// <param name="seed">Same seed and contexts, same rows; null takes one from the ML.NET context.</param>
    /// <returns>[n, FeatureCount], row-major, in original units.</returns>
    /// <exception cref="ArgumentException">There is no context, not whole ones, or one is missing or infinite, or the flow
    /// has categorical columns.</exception>
    public float[] Sample(ReadOnlySpan<float> contexts, int? seed = null)
    {
        RequireNoCategories("mlContext.Flows.Sample(model, contexts)");
        if (ContextCount == 0 || contexts.Length % ContextCount != 0)
        {
            throw new ArgumentException(
                $"There are {contexts.Length} values of context, but this flow takes {ContextCount} a row. "
                + (ContextCount == 0 ? "Call Sample(count)." : "Pass whole contexts, one for each row."));
        }

        var sampler = new FlowSampler(Model.Density, seed ?? new FlowHost(Environment, "FlowSample").NextSeed());
        IEnumerable<float[]> each = contexts.ToArray().Chunk(ContextCount).Select(CheckContext);
        return [.. sampler.Rows(each).SelectMany(row => row.Features)];
    }

    // Scores are written behind log-likelihoods, and may take their place.
    private void Score(
        ReadOnlySpan<float> rows, ReadOnlySpan<float> contexts, Span<float> logLikelihoods, Span<float> scores)
    {
        RequireNoCategories("Transform(data), or a PredictionEngine");
        CheckLength(rows.Length, logLikelihoods.Length, FeatureCount, "features");
        CheckLength(contexts.Length, logLikelihoods.Length, ContextCount, "values of context");
        if (!_scorers.TryTake(out DensityScorer? scorer))
            scorer = Model.Density.CreateScorer();
        scorer.Score(rows, contexts, logLikelihoods, scores);
        _scorers.Add(scorer);
    }

    private static void CheckLength(int length, int rows, int columns, string what)
    {
        if (length != (long)rows * columns)
        {
            throw new ArgumentException(
                $"There are {length} {what} for {rows} results, but {columns} {what} a row make {(long)rows * columns}. Pass "
                + "whole rows and one result each.");
        }
    }
}
