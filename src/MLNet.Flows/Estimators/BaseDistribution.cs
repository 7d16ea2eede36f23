using MLNet.Flows.Distributions;
using MLNet.Flows.Distributions.Categories;

namespace MLNet.Flows;

/// <summary>What a flow maps the data to: the distribution whose density is known.</summary>
/// <remarks>All have learned locations and scales.</remarks>
public abstract class BaseDistribution
{
    private protected BaseDistribution()
    {
    }

    /// <summary>Independent normal columns: for data that is one smooth cloud.</summary>
    public static BaseDistribution StandardNormal { get; } = new NormalBase();

    /// <summary>Independent Student-t columns: for heavy tails, or training data that holds anomalies.</summary>
    /// <param name="degreesOfFreedom">Above 0, at most 1,000; smaller is heavier-tailed. Default 5.</param>
    /// <returns>The choice.</returns>
    public static BaseDistribution StudentT(double degreesOfFreedom = 5) => new StudentTBase(degreesOfFreedom);

    /// <summary>A mixture of diagonal normals that starts from k-means: for data with clusters. The default.</summary>
    /// <param name="components">At least 1, at most 1,000; null (the default) for min(20, rows / 40), at least 1.</param>
    /// <param name="sharedScale">Whether all components share one diagonal scale (the default) or each has its own.</param>
    /// <param name="minimumWeight">After training, components lighter than this (or than half the heaviest, if that is less) are
    /// dropped and the rest renormalized, in [0, 1]; default 0.03: a cluster of a few anomalies in the training data does not
    /// count as normal. Set 0 to keep every component, where the training data is clean or the density itself is what
    /// matters.</param>
    /// <returns>The choice.</returns>
    public static BaseDistribution NormalMixture(int? components = null, bool sharedScale = true, double minimumWeight = 0.03) =>
        new MixtureBase(components, sharedScale, minimumWeight);

    /// <summary>For training data that may or may not hold anomalies: min(20, rows / 20) components, of which those with less
    /// than 0.6 of an equal share are dropped; on one column min(6, rows / 20) and 0.15.</summary>
    internal static BaseDistribution PrunedMixture { get; } = new PrunedMixtureBase();

    /// <summary>For clean training data with categories: rows / 500 components, 20 to 200, that are all kept. A component tells
    /// what cannot be by the rows that it has: of 50 it knows little.</summary>
    internal static BaseDistribution CleanMixed { get; } = new FineMixtureBase(200);

    /// <summary>For a density in its own right: <see cref="StandardNormal"/>, and with categories, which need components,
    /// <see cref="CleanMixed"/>.</summary>
    internal static BaseDistribution NormalOrMixed { get; } = new NormalOrMixedBase();

    /// <summary>A fine mixture of which all is kept, also where rows are few: min(<paramref name="most"/>, rows / 5) components;
    /// with categories rows / 500, at least 20.</summary>
    internal static BaseDistribution FineMixture(int most) => new FineMixtureBase(most);

    internal abstract string? Fault { get; }

    /// <summary>Whether a small cluster in the training data may be one of anomalies, and does not count as normal.</summary>
    internal virtual bool DropsSmallClusters => false;

    /// <summary>Whether it has components that categories can have shares in.</summary>
    internal virtual bool IsMixture => false;

    /// <param name="dimension">Columns that vary.</param>
    /// <param name="rows">Rows that train.</param>
    /// <param name="categories">Of the rows, for a mixture; null for none.</param>
    internal abstract TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories = null);

    private sealed class NormalBase : BaseDistribution
    {
        internal override string? Fault => null;

        internal override TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories) =>
            new TrainableDiagonalNormal(dimension);
    }

    private sealed class NormalOrMixedBase : BaseDistribution
    {
        internal override string? Fault => null;

        internal override bool IsMixture => true;

        internal override TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories) =>
            (categories is null ? StandardNormal : CleanMixed).Create(dimension, rows, categories);
    }

    private sealed class StudentTBase(double degreesOfFreedom) : BaseDistribution
    {
        internal override string? Fault => degreesOfFreedom is > 0 and <= 1000
            ? null
            : $"BaseDistribution.StudentT has {degreesOfFreedom} degrees of freedom, but they are above 0 and at most 1000.";

        internal override TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories) =>
            new TrainableProductStudentT(dimension, degreesOfFreedom);
    }

    private sealed class PrunedMixtureBase : BaseDistribution
    {
        private const int RowsPerComponent = 20;
        private const int MaximumComponents = 20;
        private const double LeastOfEqualShare = 0.6;

        // On one column the outer components are light, and without them the density ends too early: few, and most of them
        // kept, are within 0.01 nats of a normal column, and lose little on six clusters or with 5 % of anomalies. Next to
        // categories, components are what ties the column to them, and stay as many as elsewhere.
        private const int MostOnOneColumn = 6;
        private const double LeastOfEqualShareOnOneColumn = 0.15;

        internal override string? Fault => null;

        internal override bool DropsSmallClusters => true;

        internal override bool IsMixture => true;

        internal override TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories)
        {
            bool alone = dimension == 1 && categories is null;
            int components = Math.Clamp(rows / RowsPerComponent, 1, alone ? MostOnOneColumn : MaximumComponents);
            double least = alone ? LeastOfEqualShareOnOneColumn : LeastOfEqualShare;
            return new TrainableNormalMixture(dimension, components, sharedScale: true, least / components, categories);
        }
    }

    private sealed class FineMixtureBase(int most) : BaseDistribution
    {
        private const int RowsPerComponent = 5;
        private const int RowsPerComponentWithCategories = 500;
        private const int FewestWithCategories = 20;

        internal override string? Fault => null;

        internal override bool IsMixture => true;

        internal override TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories) =>
            new TrainableNormalMixture(
                dimension,
                categories is null
                    ? Math.Clamp(rows / RowsPerComponent, 1, most)
                    : Math.Clamp(rows / RowsPerComponentWithCategories, FewestWithCategories, most),
                sharedScale: true,
                minimumWeight: 0,
                categories);
    }

    private sealed class MixtureBase(int? components, bool sharedScale, double minimumWeight) : BaseDistribution
    {
        internal override string? Fault => components is not (null or (>= 1 and <= Distributions.NormalMixture.MaximumComponents))
            ? $"BaseDistribution.NormalMixture has {components} components, but it takes 1 to "
                + $"{Distributions.NormalMixture.MaximumComponents}."
            : minimumWeight is >= 0 and <= 1
                ? null
                : FormattableString.Invariant(
                    $"BaseDistribution.NormalMixture has minimumWeight {minimumWeight}, but it is in [0, 1].");

        internal override bool DropsSmallClusters => minimumWeight > 0;

        internal override bool IsMixture => true;

        internal override TrainableDistribution Create(int dimension, int rows, TrainableCategories? categories) =>
            new TrainableNormalMixture(
                dimension, components ?? Math.Clamp(rows / 40, 1, 20), sharedScale, minimumWeight, categories);
    }
}
