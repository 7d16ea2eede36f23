using MLNet.Flows.Bijections;
using MLNet.Flows.Bijections.Preprocessing;
using MLNet.Flows.Distributions;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators.Context;

/// <summary>What the training rows are given, standardized, and what is fitted to it: the conditional map in front of every flow,
/// and the ranking that makes likelihoods given different contexts comparable.</summary>
internal sealed class StandardizedContext
{
    // Of standardized rows: enough that values which repeat draw no scale to 0, too little to be seen in others.
    private const double InputNoise = 0.005;

    // Of its largest magnitude: rounding noise at most.
    private const double LeastVariation = 1e-6;
    private readonly ConditionalAffine _affine;

    private StandardizedContext(FeatureMatrix values, ContextScale scale, ConditionalAffine affine) =>
        (Values, Scale, _affine) = (values, scale, affine);

    /// <summary>[n, context columns].</summary>
    public FeatureMatrix Values { get; }

    public ContextScale Scale { get; }

    /// <summary>Standardizes the context in place; of a column with values far out, by the others.</summary>
    /// <param name="context">[n, context columns], as read.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="affine">Fits conditional maps.</param>
    public static StandardizedContext Fit(FeatureMatrix context, float[] weights, ConditionalAffine affine)
    {
        (float[] lowest, float[] highest) = context.Ranges();
        Standardization moments = HeavyTails.Find(context, weights, Standardization.Fit(context, weights)).Standardization;
        float[] widths = moments.Scale.ToArray();
        for (int c = 0; c < widths.Length; c++)
        {
            double largest = Math.Max(Math.Abs((double)lowest[c]), Math.Abs((double)highest[c]));
            if ((double)highest[c] - lowest[c] <= LeastVariation * largest)
                widths[c] = float.PositiveInfinity;
            lowest[c] = Bound(((double)lowest[c] - moments.Mean[c]) / widths[c]);
            highest[c] = Bound(((double)highest[c] - moments.Mean[c]) / widths[c]);
        }

        var scale = new ContextScale(moments.Mean[..widths.Length].ToArray(), widths, lowest, highest);
        for (int i = 0; i < context.RowCount; i++)
            scale.Apply(context.Row(i));
        return new StandardizedContext(context, scale, affine);

        static float Bound(double value) => (float)Math.Clamp(value, -ContextScale.Furthest, ContextScale.Furthest);
    }

    /// <summary>The same values, for another flow's maps.</summary>
    /// <param name="affine">Fits conditional maps.</param>
    public StandardizedContext With(ConditionalAffine affine) => new(Values, Scale, affine);

    /// <summary>Takes from the rows, in place, what the context says of their location and scale, and standardizes what is
    /// left.</summary>
    /// <param name="rows">[n, d], standardized.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <param name="logDets">[n], to which each row's log-determinants are added.</param>
    /// <returns>The bijections that did; none where the context says nothing of them.</returns>
    public Bijection[] TakeFrom(FeatureMatrix rows, float[] weights, float[] logDets)
    {
        if (_affine.Fit(rows, Values, weights, InputNoise) is not { } map)
            return [];
        ConditionalAffine.Apply(map, rows, Values, logDets);
        Standardization standardization =
            HeavyTails.Find(rows, weights, Standardization.Fit(rows, weights)).Standardization;
        standardization.Apply(rows);
        foreach (ref float logDet in logDets.AsSpan())
            logDet += standardization.LogDet;
        return [map, standardization];
    }

    /// <summary>Fits what p-values rank in place of log-likelihoods; where the caller cancels, those as they are.</summary>
    /// <param name="logLikelihoods">[n], of the training rows.</param>
    /// <param name="weights">[n], or empty for all 1.</param>
    /// <returns>The ranking, and what it makes of these rows.</returns>
    public (ConditionalRanking Ranking, float[] Ranked) Rank(float[] logLikelihoods, float[] weights)
    {
        var rows = new FeatureMatrix(1);
        foreach (float logLikelihood in logLikelihoods)
            rows.AddRow()[0] = logLikelihood;
        Standardization moments = HeavyTails.Find(rows, weights, Standardization.Fit(rows, weights)).Standardization;
        (float mean, float scale) = (moments.Mean[0], moments.Scale[0]);
        for (int i = 0; i < logLikelihoods.Length; i++)
            rows.Row(i)[0] = ConditionalRanking.Standardize(logLikelihoods[i], mean, scale);
        var ranking = new ConditionalRanking(mean, scale, _affine.FitOrIdentity(rows, Values, weights, InputNoise));
        RowWorkspace workspace = ranking.CreateWorkspace();
        var ranked = new float[logLikelihoods.Length];
        for (int i = 0; i < ranked.Length; i++)
        {
            Values.Row(i).CopyTo(workspace.Context.Span);
            ranked[i] = ranking.Rank(logLikelihoods[i], workspace);
        }

        return (ranking, ranked);
    }
}
