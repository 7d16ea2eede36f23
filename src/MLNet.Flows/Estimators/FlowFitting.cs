using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Distributions;
using MLNet.Flows.Explanation;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Numerics;
using MLNet.Flows.Schema;
using MLNet.Flows.Training;

namespace MLNet.Flows.Estimators;

/// <summary>Rows in, fitted flow out: all of fitting that does not depend on which flow it is.</summary>
/// <remarks>Reads the rows, sets columns that never vary aside, preprocesses, trains by the plan, and ranks rows for p-values.</remarks>
internal sealed class FlowFitting
{
    private readonly FlowHost _host;
    private readonly FlowOptions _options;
    private readonly Func<int, FlowPlan> _plan;
    private readonly int _seed;

    /// <param name="environment">ML.NET's.</param>
    /// <param name="name">The flow's name in the catalog.</param>
    /// <param name="options">Checked, and not to be changed any more.</param>
    /// <param name="plan">The flow's own plan for so many columns that vary.</param>
    public FlowFitting(IHostEnvironment environment, string name, FlowOptions options, Func<int, FlowPlan> plan)
    {
        _host = new FlowHost(environment, name, options.CancellationToken);
        _options = options;
        _plan = plan;
        _seed = options.Seed ?? _host.NextSeed();
    }

    public IHostEnvironment Environment => _host.Environment;

    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, or training diverged at every learning rate tried.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before any weights were evaluated.</exception>
    public FlowModel Fit(IDataView input)
    {
        TrainingRows rows = TrainingRows.Read(input, _options.FeatureColumnName, _options.ExampleWeightColumnName, _host);
        string[]? slotNames = FeatureColumn.SlotNames(input.Schema[_options.FeatureColumnName]);
        _host.ThrowIfCancelled();
        Warn(DataWarnings.Find(rows.Features, _options.FeatureColumnName, slotNames));
        _host.ThrowIfCancelled();
        ColumnPartition columns = ConstantColumns.Find(rows.Features);
        (float[], float[]) ranges = rows.Features.Ranges();
        FeatureMatrix matrix = rows.Features;
        if (columns.ConstantColumns.Length > 0)
            matrix.KeepColumns(columns.ActiveColumns);
        PreprocessedRows? preprocessed = matrix.Dimension == 0 ? null : PreprocessedRows.Fit(rows.Features, rows.Weights, _options.Preprocessing, _host.ThrowIfCancelled);
        Warn(DataWarnings.Resolution(columns, ranges, preprocessed?.Tails.Standardization, _options.FeatureColumnName, slotNames));

        TrainedFlow trained = preprocessed is null ? ConstantsOnly(rows, columns) : Train(rows, columns, preprocessed, slotNames);
        LikelihoodQuantiles quantiles = RankedRows.Fit(trained.Ranked, rows.Weights, preprocessed?.RowsWithPlaceholders ?? []);
        var names = new FlowColumnNames(
            _options.FeatureColumnName,
            _options.LogLikelihoodColumnName,
            _options.ScoreColumnName,
            _options.PValueColumnName,
            _options.PredictedLabelColumnName,
            _options.LatentColumnName,
            _options.FeatureContributionsColumnName);
        FlowDensity density = trained.Density.WithDeparturesBelow(trained.Ranked);
        return new FlowModel(density, quantiles, names, _options.AlarmRate, trained.Reference, trained.History) { SlotNames = slotNames };
    }

    private TrainedFlow Train(
        TrainingRows rows, ColumnPartition columns, PreprocessedRows preprocessed, string[]? slotNames)
    {
        int[] active = columns.ActiveColumns;
        Warn(DataWarnings.FarOut(
            Array.ConvertAll(preprocessed.Tails.Columns, column => active[column]),
            Array.ConvertAll(preprocessed.Tails.Placeholders, each => each with { Column = active[each.Column] }),
            rows.Features.RowCount,
            _options.FeatureColumnName,
            slotNames));
        var training = new FlowTraining(_host, _options, _plan(rows.Features.Dimension), _seed, rows, columns, preprocessed);
        (FlowDensity density, TrainingHistory history) = training.Run();

        var likelihoods = new float[preprocessed.Values.RowCount];
        training.Score(density, likelihoods);
        float[] reference = ReferencePoint.Of(density, likelihoods);
        if (history.StopReason != TrainingStopReason.Cancelled && !new HeldOutCalibration(training, _host, _seed).Run(likelihoods))
            history = history with { StopReason = TrainingStopReason.Cancelled };
        return new TrainedFlow(density, history, reference, likelihoods);
    }

    private void Warn(string? warning)
    {
        if (warning is not null)
            _host.Warning(warning);
    }

    // Nothing varies: the constants, and next to nothing around them.
    private static TrainedFlow ConstantsOnly(TrainingRows rows, ColumnPartition columns)
    {
        var density = new FlowDensity(columns, [], new DiagonalNormal([], []));
        var likelihoods = new float[rows.Features.RowCount];
        density.LogProbPreprocessed(rows.Features, 0, new float[likelihoods.Length], likelihoods, density.CreateWorkspace());
        var history = new TrainingHistory([], TrainingStopReason.MaximumSteps, 0, rows.Features.RowCount, rows.Skipped, 0);
        return new TrainedFlow(density, history, ReferencePoint.Of(density, likelihoods), likelihoods);
    }

    /// <summary>What training gave.</summary>
    /// <param name="Density">The density.</param>
    /// <param name="History">How it was trained.</param>
    /// <param name="Reference">[FeatureCount], where explanations start.</param>
    /// <param name="Ranked">[n], the rows' log-likelihoods that p-values rank among.</param>
    private sealed record TrainedFlow(FlowDensity Density, TrainingHistory History, float[] Reference, float[] Ranked);
}
