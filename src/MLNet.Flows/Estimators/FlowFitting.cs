using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Calibration;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Estimators.Members;
using MLNet.Flows.Explanation;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Schema;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>Rows in, fitted flow out: the steps of a fit, whatever the flow.</summary>
/// <remarks>Reads the rows, sets columns that never vary aside, preprocesses, trains the members, and ranks rows for p-values.
/// There is one copy of the features: each step takes over the matrix of the one before.</remarks>
internal sealed class FlowFitting
{
    private readonly FlowHost _host;
    private readonly FlowOptions _options;
    private readonly int _seed;

    /// <param name="environment">ML.NET's.</param>
    /// <param name="options">Checked, and not to be changed any more.</param>
    public FlowFitting(IHostEnvironment environment, FlowOptions options)
    {
        _host = new FlowHost(environment, options.FlowName, options.CancellationToken);
        _options = options;
        _seed = options.Seed ?? _host.NextSeed();
    }

    public IHostEnvironment Environment => _host.Environment;

    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, or training diverged at every learning rate
    /// tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public FlowModel Fit(IDataView input)
    {
        TrainingRows rows = TrainingRows.Read(
            input,
            _options.FeatureColumnName,
            _options.ContextColumnName,
            _options.ExampleWeightColumnName,
            _host,
            _options.CategoricalColumnNames);
        string features = _options.FeatureColumnName ?? "";
        string[]? slotNames = features.Length == 0 ? null : FeatureColumn.SlotNames(input.Schema[features]);
        _host.ThrowIfCancelled();
        if (features.Length > 0)
            Warn(DataWarnings.Find(rows.Features, features, slotNames));
        Warn(CategoryWarnings.Find(rows.Features, features, slotNames));
        if (rows.Categories is not null)
            Warn(CategoryWarnings.Names(rows.Categories));
        _host.ThrowIfCancelled();
        ColumnPartition columns = ConstantColumns.Find(rows.Features);
        (float[], float[]) ranges = rows.Features.Ranges();
        FeatureMatrix active = rows.Features.TakeColumns(columns.ActiveColumns);

        StandardizedContext? context = rows.Context is null
            ? null
            : StandardizedContext.Fit(rows.Context, rows.Weights, new ConditionalAffine(_host, _seed, _options.Threads));
        PreprocessedRows? preprocessed = active.Dimension == 0
            ? rows.Categories is null ? null : PreprocessedRows.WithoutFeatures(active, context)
            : PreprocessedRows.Fit(active, rows.Weights, _options.Preprocessing, _host.ThrowIfCancelled, context);
        Warn(
            DataWarnings.Resolution(columns, ranges, preprocessed?.Tails.Standardization, features, slotNames));
        TrainedFlow trained = preprocessed is null
            ? ConstantsOnly(rows, columns, active, context)
            : Train(rows, columns, preprocessed, slotNames);

        ConditionalRanking? ranking = null;
        float[] ranked = trained.Ranked;
        if (context is not null)
            (ranking, ranked) = context.Rank(trained.Ranked, rows.Weights);

        // Two pieces of work of about the same length, each of which puts all rows in order.
        ReferenceRow reference = default;
        LikelihoodQuantiles? quantiles = null;
        SideBySide.Run(2, Math.Min(_options.Threads, 2), part =>
        {
            if (part == 0)
                reference = ReferencePoint.Of(trained.Density, trained.Likelihoods);
            else
                quantiles = RankedRows.Fit(ranked, rows.Weights, preprocessed?.RowsWithPlaceholders ?? []);
        });
        var names = new FlowColumnNames(
            _options.FeatureColumnName,
            _options.LogLikelihoodColumnName,
            _options.ScoreColumnName,
            _options.PValueColumnName,
            _options.PredictedLabelColumnName,
            _options.LatentColumnName,
            _options.FeatureContributionsColumnName,
            _options.ContextColumnName);
        FlowDensity density = trained.Density.WithDeparturesBelow(trained.Ranked);
        return new FlowModel(
            density, quantiles!, names, _options.AlarmRate, reference.Features, trained.History)
        {
            Categories = rows.Categories?.Sources,
            ReferenceCategories = reference.Categories,
            SlotNames = slotNames,
            Ranking = ranking,
        };
    }

    private TrainedFlow Train(TrainingRows rows, ColumnPartition columns, PreprocessedRows preprocessed, string[]? slotNames)
    {
        int[] active = columns.ActiveColumns;
        Warn(DataWarnings.FarOut(
            Array.ConvertAll(preprocessed.Tails.Columns, column => active[column]),
            Array.ConvertAll(preprocessed.Tails.Placeholders, each => each with { Column = active[each.Column] }),
            preprocessed.Values.RowCount,
            _options.FeatureColumnName ?? "",
            slotNames));
        var training = new MemberTraining(_host, _options, _seed, rows, columns, preprocessed);
        RowFolds folds = RowFolds.Draw(preprocessed.Values.RowCount, training.Effort.Folds, _seed);
        TrainedMembers trained = training.Run(folds);

        var likelihoods = new float[preprocessed.Values.RowCount];
        training.Score(trained.Density, likelihoods, _options.Threads);
        if (rows.Categories is not null)
        {
            // What unseen values count changes the others' shares by a rounding, which p-values are to see.
            trained = trained.WithUnseenBelow(likelihoods);
            training.Score(trained.Density, likelihoods, _options.Threads);
        }

        float[] ranked = trained.WithoutFold.Length == 0
            ? likelihoods
            : new HeldOutCalibration(training, folds).Run(likelihoods, trained.WithoutFold, _options.Threads);
        if (trained.FoldFault is string why)
            Warn($"P-values rank rows among the training rows' own likelihoods, {why}");
        return new TrainedFlow(trained.Density, trained.History, likelihoods, ranked);
    }

    private void Warn(string? warning)
    {
        if (warning is not null)
            _host.Warning(warning);
    }

    // Nothing varies: the constants, and next to nothing around them.
    private static TrainedFlow ConstantsOnly(
        TrainingRows rows, ColumnPartition columns, FeatureMatrix noColumns, StandardizedContext? context)
    {
        var density = new FlowDensity(columns, new Transformed([], new DiagonalNormal([], [])), context?.Scale);
        var likelihoods = new float[noColumns.RowCount];
        density.LogProbPreprocessed(
            noColumns, context?.Values, 0, 0, new float[likelihoods.Length], likelihoods, density.CreateWorkspace());
        TrainingHistory history = TrainingHistory.OfNoTraining(noColumns.RowCount, rows.Skipped);
        return new TrainedFlow(density, history, likelihoods, likelihoods);
    }

    /// <summary>What training gave.</summary>
    /// <param name="Density">The density.</param>
    /// <param name="History">How it was trained.</param>
    /// <param name="Likelihoods">[n], the rows' log-likelihoods.</param>
    /// <param name="Ranked">[n], those that p-values rank among.</param>
    private sealed record TrainedFlow(FlowDensity Density, TrainingHistory History, float[] Likelihoods, float[] Ranked);
}
