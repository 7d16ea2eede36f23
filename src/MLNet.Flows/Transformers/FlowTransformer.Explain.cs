using MLNet.Flows.Distributions.Categories;
using MLNet.Flows.Explanation;
using MLNet.Flows.Model;

namespace MLNet.Flows;

public abstract partial class FlowTransformer
{
    /// <summary>Which features make a row strange: the largest contributions to its Score.</summary>
    /// <remarks>Integrated gradients from a likely point of the density (the center of its heaviest component) to the row. Costs
    /// a few hundred scorings.</remarks>
    /// <param name="row">[FeatureCount], in original units.</param>
    /// <param name="numberOfFeatures">How many features to return, at least 1; default 5.</param>
    /// <param name="names">[FeatureCount] names to report; null reports the slot names of training, or the feature column's name
    /// and the index.</param>
    /// <returns>The features that add most to Score, the largest first. A row with missing or infinite features alarms because of
    /// them: those are returned, with NaN as contribution.</returns>
    /// <exception cref="ArgumentException">The row or <paramref name="names"/> is of another length, or the flow needs a
    /// context or has categorical columns.</exception>
    public IReadOnlyList<FeatureContribution> Explain(
        ReadOnlySpan<float> row, int numberOfFeatures = 5, IReadOnlyList<string>? names = null)
    {
        RequireNoContext("Explain(row, context)");
        return Explain(row, context: [], numberOfFeatures, names);
    }

    /// <summary>Which features make a row strange for its context: the largest contributions to its Score.</summary>
    /// <remarks>From a likely point given the same context, which is the contributions' Reference.</remarks>
    /// <param name="row">[FeatureCount], in original units.</param>
    /// <param name="context">[ContextCount], in original units.</param>
    /// <param name="numberOfFeatures">How many features to return, at least 1; default 5.</param>
    /// <param name="names">[FeatureCount] names to report; null reports the slot names of training, or the feature column's name
    /// and the index.</param>
    /// <returns>The features that add most to Score, the largest first. A row with missing or infinite features alarms because of
    /// them: those are returned, and categories that no training row had, with NaN as contribution; none where only the context
    /// is missing.</returns>
    /// <exception cref="ArgumentException">The row, the context or <paramref name="names"/> is of another length, or the flow has
    /// categorical columns.</exception>
    public IReadOnlyList<FeatureContribution> Explain(
        ReadOnlySpan<float> row,
        ReadOnlySpan<float> context,
        int numberOfFeatures = 5,
        IReadOnlyList<string>? names = null)
    {
        RequireNoCategories("mlContext.Flows.Explain(model, row)");
        return Explain(row, context, categories: [], numberOfFeatures, names);
    }

    /// <summary>As <see cref="Explain(ReadOnlySpan{float}, ReadOnlySpan{float}, int, IReadOnlyList{string}?)"/>, of a row with
    /// categories, which may be among what is returned.</summary>
    internal IReadOnlyList<FeatureContribution> Explain(
        ReadOnlySpan<float> row,
        ReadOnlySpan<float> context,
        ReadOnlySpan<int> categories,
        int numberOfFeatures,
        IReadOnlyList<string>? names)
    {
        CheckLength(context.Length, 1, ContextCount, "values of context");
        CheckCount(numberOfFeatures, nameof(numberOfFeatures));
        if (row.Length != FeatureCount || (names is not null && names.Count != FeatureCount))
            throw new ArgumentException(
                $"The row has {row.Length} values{(names is null ? "" : $" and {names.Count} names")}, but this flow was "
                + $"trained on {FeatureCount} features. Pass one whole row.");
        string[] reported = [.. Enumerable.Range(0, FeatureCount).Select(
            i => (names ?? Model.SlotNames)?[i] is { Length: > 0 } name ? name : $"{FeatureColumnName}[{i}]")];
        var contributions = new float[FeatureCount + categories.Length];
        ReferenceRow reference = new RowExplainer(
            Model.Density, new ReferenceRow(Model.Reference, Model.ReferenceCategories))
            .Explain(row, context, categories, contributions);
        int[] codes = categories.ToArray();
        CategoryDictionary[] dictionaries = Model.Dictionaries;
        float[] values = row.ToArray();
        bool finite = Array.TrueForAll(values, float.IsFinite) && Array.TrueForAll(context.ToArray(), float.IsFinite);
        return [.. Enumerable.Range(0, contributions.Length)
            .Where(i => finite
                || (i < values.Length ? !float.IsFinite(values[i]) : codes[i - values.Length] == CategoryCode.Unseen))
            .OrderByDescending(i => contributions[i])
            .Take(numberOfFeatures)
            .Select(i => i < values.Length ? OfFeature(i) : OfCategory(i - values.Length))];

        FeatureContribution OfFeature(int i) => new()
        {
            Name = reported[i],
            Index = i,
            Value = values[i],
            Reference = reference.Features[i],
            Contribution = contributions[i],
        };

        FeatureContribution OfCategory(int j) => new()
        {
            Name = $"{dictionaries[j].Name}={dictionaries[j].Describe(codes[j])}",
            Index = FeatureCount + j,
            Value = float.NaN,
            Reference = float.NaN,
            Category = dictionaries[j].Describe(codes[j]),
            ReferenceCategory = dictionaries[j].Describe(reference.Categories[j]),
            Contribution = contributions[FeatureCount + j],
        };
    }
}
