using MLNet.Flows.Distributions;

namespace MLNet.Flows.Model;

/// <summary>All that a fitted flow is, apart from ML.NET: what a transformer scores with and what a model file holds.</summary>
/// <param name="Density">The density of rows.</param>
/// <param name="Quantiles">Of what the training rows rank by: -Score, of one flow the log-likelihood.</param>
/// <param name="Columns">Input and output column names.</param>
/// <param name="FalseAlarmRate">PredictedLabel is true below this p-value.</param>
/// <param name="Reference">[FeatureCount]: a likely point, from which feature contributions are counted.</param>
/// <param name="History">How it was trained.</param>
internal sealed record FlowModel(
    RowDensity Density,
    LikelihoodQuantiles Quantiles,
    FlowColumnNames Columns,
    double FalseAlarmRate,
    float[] Reference,
    TrainingHistory History)
{
    /// <summary>[FeatureCount], the names of the features' slots in training; null where they had none.</summary>
    public string[]? SlotNames { get; init; }

    /// <summary>The categorical columns in training; null for none.</summary>
    public CategoricalSource[]? Categories { get; init; }

    /// <summary>[categorical columns], the codes of the reference; empty for none.</summary>
    public int[] ReferenceCategories { get; init; } = [];

    /// <summary>[categorical columns], the dictionary of each; empty for none.</summary>
    public CategoryDictionary[] Dictionaries => [.. (Categories ?? []).SelectMany(source => source.Slots)];

    /// <summary>What p-values rank in place of log-likelihoods; null without a context.</summary>
    public ConditionalRanking? Ranking { get; init; }

    /// <summary>What the rows are that p-values rank a row among.</summary>
    public RankedSample RankedRows { get; init; } = new(History.RowsUsed, ExpectedAnomalies: null, IsRecalibrated: false);

    /// <summary>The members of a consensus, one per flow of the density; empty of a single flow.</summary>
    public IReadOnlyList<ConsensusMember> Members { get; init; } = [];

    /// <summary>Shows the visitor all that scores are made by.</summary>
    public void Accept(DensityVisitor visitor)
    {
        Density.Accept(visitor);
        visitor.Visit(Quantiles);
    }
}
