using MLNet.Flows.Distributions;
using MLNet.Flows.Estimators.Calibration;
using MLNet.Flows.Estimators.Context;
using MLNet.Flows.Estimators.Members;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;

namespace MLNet.Flows.Estimators;

/// <summary>Trains one flow on rows that have been read: preprocesses them, trains the members, and calibrates what p-values rank
/// among.</summary>
/// <param name="host">Messages and cancellation.</param>
/// <param name="options">Checked, and not to be changed any more.</param>
/// <param name="seed">Decides every random choice.</param>
internal sealed class FlowTraining(FlowHost host, FlowOptions options, int seed)
{
    /// <summary>Whether it warns of what the data are like; a second flow would say the same.</summary>
    public bool WarnsOfData { get; init; } = true;

    /// <param name="rows">The rows.</param>
    /// <param name="active">Of <paramref name="rows"/>; overwritten.</param>
    /// <exception cref="InvalidOperationException">Training diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public TrainedFlow Run(FitRows rows, FeatureMatrix active)
    {
        StandardizedContext? context = rows.Context?.With(new ConditionalAffine(host, seed, options.Threads));
        PreprocessedRows? preprocessed = active.Dimension == 0
            ? rows.Source.Categories is null ? null : PreprocessedRows.WithoutFeatures(active, context)
            : PreprocessedRows.Fit(active, rows.Source.Weights, options.Preprocessing, host.ThrowIfCancelled, context);
        if (WarnsOfData)
        {
            host.Warn(
                DataWarnings.Resolution(
                    rows.Columns, rows.Ranges, preprocessed?.Tails.Standardization, rows.FeatureColumnName, rows.SlotNames));
        }

        return preprocessed is null ? ConstantsOnly(rows, active, context) : Train(rows, preprocessed);
    }

    private TrainedFlow Train(FitRows rows, PreprocessedRows preprocessed)
    {
        int[] active = rows.Columns.ActiveColumns;
        if (WarnsOfData)
        {
            host.Warn(DataWarnings.FarOut(
                Array.ConvertAll(preprocessed.Tails.Columns, column => active[column]),
                Array.ConvertAll(preprocessed.Tails.Placeholders, each => each with { Column = active[each.Column] }),
                preprocessed.Values.RowCount,
                rows.FeatureColumnName,
                rows.SlotNames));
        }

        var training = new MemberTraining(host, options, seed, rows.Source, rows.Columns, preprocessed);
        RowFolds folds = RowFolds.Draw(preprocessed.Values.RowCount, training.Effort.Folds, seed);
        TrainedMembers trained = training.Run(folds);

        var likelihoods = new float[preprocessed.Values.RowCount];
        training.Score(trained.Density, likelihoods, options.Threads);
        if (rows.Source.Categories is not null)
        {
            // What unseen values count changes the others' shares by a rounding, which p-values are to see.
            trained = trained.WithUnseenBelow(likelihoods);
            training.Score(trained.Density, likelihoods, options.Threads);
        }

        float[] ranked = trained.WithoutFold.Length == 0
            ? likelihoods
            : new HeldOutCalibration(training, folds).Run(likelihoods, trained.WithoutFold, options.Threads);
        if (trained.FoldFault is string why)
            host.Warning($"P-values rank rows among the training rows' own likelihoods, {why}");
        return new TrainedFlow(trained.Density, trained.History, likelihoods, ranked, preprocessed.RowsWithPlaceholders);
    }

    // Nothing varies: the constants, and next to nothing around them.
    private static TrainedFlow ConstantsOnly(FitRows rows, FeatureMatrix noColumns, StandardizedContext? context)
    {
        var density = new FlowDensity(rows.Columns, new Transformed([], new DiagonalNormal([], [])), context?.Scale);
        var likelihoods = new float[noColumns.RowCount];
        density.LogProbPreprocessed(
            noColumns, context?.Values, 0, 0, new float[likelihoods.Length], likelihoods, density.CreateWorkspace());
        TrainingHistory history = TrainingHistory.OfNoTraining(noColumns.RowCount, rows.Source.Skipped);
        return new TrainedFlow(density, history, likelihoods, likelihoods, RowsWithPlaceholders: []);
    }
}
