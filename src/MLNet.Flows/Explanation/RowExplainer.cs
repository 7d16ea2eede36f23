using MLNet.Flows.Distributions;

namespace MLNet.Flows.Explanation;

/// <summary>Shares a row's Score out among its features. Not thread-safe.</summary>
/// <remarks>Of a consensus the mean of its flows' integrated gradients, all from one reference: Score is the mean of the flows'
/// scores, so that the means add up to its difference.</remarks>
internal sealed class RowExplainer
{
    private readonly RowDensity _density;
    private readonly ReferenceRow _reference;
    private readonly IntegratedGradients[] _gradients;

    /// <param name="density">What is explained.</param>
    /// <param name="reference">The row that contributions are counted from; with a context each row has one of its own.</param>
    public RowExplainer(RowDensity density, ReferenceRow reference)
    {
        (_density, _reference) = (density, reference);
        _gradients = [.. density.Flows.Select(flow => new IntegratedGradients(flow))];
    }

    /// <summary>Writes the contributions of every feature, and behind them of every categorical column; NaN where the row has a
    /// missing or infinite feature or context.</summary>
    /// <param name="features">[FeatureCount].</param>
    /// <param name="context">[ContextColumns], what the row is given; the same along the path.</param>
    /// <param name="categories">[CategoryColumns], the row's codes.</param>
    /// <param name="contributions">[FeatureCount + CategoryColumns], in nats; they add up to Score(row) -
    /// Score(reference).</param>
    /// <returns>The reference.</returns>
    public ReferenceRow Explain(
        ReadOnlySpan<float> features, ReadOnlySpan<float> context, ReadOnlySpan<int> categories, Span<float> contributions)
    {
        foreach (float value in (ReadOnlySpan<float>)[.. features, .. context])
        {
            if (!float.IsFinite(value))
            {
                contributions.Fill(float.NaN);
                return _reference;
            }
        }

        ReferenceRow reference = _density.Context is null ? _reference : ReferencePoint.Given(_density, context);
        if (_gradients is [IntegratedGradients only])
        {
            only.Explain(features, context, categories, reference, contributions);
            return reference;
        }

        var sums = new double[contributions.Length];
        foreach (IntegratedGradients gradients in _gradients)
        {
            gradients.Explain(features, context, categories, reference, contributions);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += contributions[i];
        }

        for (int i = 0; i < sums.Length; i++)
            contributions[i] = (float)(sums[i] / _gradients.Length);
        return reference;
    }
}
