using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.Flows.Bijections;
using MLNet.Flows.Distributions;
using MLNet.Flows.Explanation;
using MLNet.Flows.Interop;
using MLNet.Flows.Numerics;
using MLNet.Flows.Training;
using MLNet.Flows.Transformers;

namespace MLNet.Flows.Estimators;

/// <summary>Trains a planar normalizing flow on a feature column: an exact density, without labels, to score anomalies by.</summary>
/// <remarks>
/// z = f(x) through standardization (or whitening) and K planar layers; log p(x) = log p_Z(f(x)) + log|det df/dx|, in nats, in the
/// features' units. Trained by maximum likelihood with Adam, early stopping and averaged weights. Rows with a missing or infinite value are
/// skipped with one warning. Columns that never vary stay in the density with scale 0.01 max(|value|, 1). Few rows, equal rows or fewer rows
/// than columns are no error: the density is then smooth and wide. Same seed, same data, same machine: same model, for any number of threads.
/// Memory: the features once, as Single (and an eighth of them again while p-values are calibrated), and about 50 bytes a row. Rezende and Mohamed 2015, arXiv:1505.05770.
/// </remarks>
public sealed partial class PlanarFlowEstimator : IEstimator<PlanarFlowTransformer>
{
    // With more rows per weight than this the training rows' own likelihoods are hardly too high, and p-values from them vary less.
    private const int RowsPerWeight = 3;
    private const int DefaultFolds = 8;
    private readonly FlowHost _host;
    private readonly Options _options;
    private readonly int _seed;

    internal PlanarFlowEstimator(IHostEnvironment environment, Options options)
    {
        options.Check();
        _options = options.Clone();
        _host = new FlowHost(environment, "PlanarFlow");
        _seed = options.Seed ?? _host.NextSeed();
    }

    /// <summary>Trains the flow.</summary>
    /// <param name="input">Training rows. Only the feature (and weight) column is read, once.</param>
    /// <returns>The fitted flow.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or a weight is negative.</exception>
    /// <exception cref="InvalidOperationException">No row is usable, or training diverged at every learning rate tried.</exception>
    public PlanarFlowTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        TrainingRows rows = TrainingRows.Read(input, _options.FeatureColumnName, _options.ExampleWeightColumnName, _host);
        if (DataWarnings.Find(rows.Features, _options.FeatureColumnName, FeatureColumn.SlotNames(input.Schema[_options.FeatureColumnName])) is string warning)
            _host.Warning(warning);
        float[] median = ColumnMedians.Of(rows.Features);
        ColumnPartition columns = ConstantColumns.Find(rows.Features);
        FeatureMatrix matrix = rows.Features;
        if (columns.ConstantColumns.Length > 0)
            matrix.KeepColumns(columns.ActiveColumns);
        (Bijection[] preprocessing, float logDet) = Preprocess(matrix, rows.Weights);

        (FlowDensity density, TrainingHistory history) = matrix.Dimension == 0
            ? (ConstantsOnly(columns), new TrainingHistory([], TrainingStopReason.MaximumSteps, 0, matrix.RowCount, rows.Skipped, 0))
            : Train(rows, columns, matrix, preprocessing, logDet);

        LikelihoodQuantiles quantiles = LikelihoodQuantiles.Fit(
            CalibrationLikelihoods(rows, columns, matrix, preprocessing, logDet, density, history), rows.Weights);
        var names = new FlowColumnNames(
            _options.FeatureColumnName,
            _options.LogLikelihoodColumnName,
            _options.ScoreColumnName,
            _options.PValueColumnName,
            _options.PredictedLabelColumnName,
            _options.LatentColumnName,
            _options.FeatureContributionsColumnName);
        return new PlanarFlowTransformer(_host.Environment, new FlowModel(density, quantiles, names, _options.FalseAlarmRate, median, history));
    }

    /// <summary>The columns that the fitted flow will add: log-likelihood, score, p-value and alarm.</summary>
    /// <param name="inputSchema">The shape of the input.</param>
    /// <returns>The shape of the output.</returns>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FeatureColumn.CheckShape(inputSchema, _options.FeatureColumnName);
        if (_options.ExampleWeightColumnName is string weight)
            FeatureColumn.CheckWeightShape(inputSchema, weight);
        var columns = inputSchema.ToDictionary(column => column.Name);
        var added = new List<SchemaShape.Column>
        {
            FlowSchemaShape.Single(_options.LogLikelihoodColumnName),
            FlowSchemaShape.Score(_options.ScoreColumnName),
            FlowSchemaShape.Single(_options.PValueColumnName),
            FlowSchemaShape.PredictedLabel(_options.PredictedLabelColumnName),
        };
        if (_options.LatentColumnName is string latent)
            added.Add(FlowSchemaShape.Vector(latent));
        if (_options.FeatureContributionsColumnName is string contributions)
            added.Add(FlowSchemaShape.Vector(contributions, columns[_options.FeatureColumnName]));
        foreach (SchemaShape.Column column in added)
            columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }

    // Standardizes (and whitens) the matrix in place; the log-determinant is added up as scoring adds it up.
    private (Bijection[] Bijections, float LogDet) Preprocess(FeatureMatrix matrix, float[] weights)
    {
        if (matrix.Dimension == 0)
            return ([], 0);
        Standardization standardization = Standardization.Fit(matrix, weights);
        standardization.Apply(matrix);
        if (_options.Preprocessing.Shrinkage is not double shrinkage)
            return ([standardization], standardization.LogDet);
        Whitening whitening = Whitening.Fit(matrix, weights, shrinkage);
        whitening.Apply(matrix);
        return ([standardization, whitening], standardization.LogDet + whitening.LogDet);
    }

    private (FlowDensity Density, TrainingHistory History) Train(
        TrainingRows rows, ColumnPartition columns, FeatureMatrix matrix, Bijection[] preprocessing, float logDet)
    {
        Recipe recipe = Recipe.For(_options, matrix.Dimension);
        ValidationSplit split = ValidationSplit.Draw(matrix, recipe.ValidationFraction, new RandomStream(_seed, 5));
        using PlanarFlowEngine engine = CreateEngine(recipe, matrix, rows.Weights, split);
        TrainingHistory history = new FlowTrainer(engine, split, Settings(recipe, split, logDet, _options.Progress), _host).Run(matrix.RowCount, rows.Skipped);
        return (Freeze(engine, columns, preprocessing), history);
    }

    // What p-values rank a row among: every row's likelihood under a flow that was trained without it, or, with many rows, under the flow itself.
    private float[] CalibrationLikelihoods(
        TrainingRows rows, ColumnPartition columns, FeatureMatrix matrix, Bijection[] preprocessing, float logDet, FlowDensity density, TrainingHistory history)
    {
        var likelihoods = new float[matrix.RowCount];
        Recipe recipe = Recipe.For(_options, matrix.Dimension);
        ValidationSplit split = ValidationSplit.Draw(matrix, recipe.ValidationFraction, new RandomStream(_seed, 5));
        long weights = recipe.Base.Create(matrix.Dimension, split.Train.Length).ParameterCount + recipe.Layers * (2L * matrix.Dimension + 1);
        int folds = Math.Min(_options.CalibrationFolds ?? (matrix.RowCount < RowsPerWeight * weights ? DefaultFolds : 0), matrix.RowCount / 2);
        bool calibrated = folds >= 2 && matrix.Dimension > 0 && history.StopReason != TrainingStopReason.Cancelled
            && HeldOutLikelihoods(rows, columns, matrix, preprocessing, logDet, recipe, split, folds, likelihoods);
        if (!calibrated)
            density.LogProbPreprocessed(matrix, preprocessing.Length, logDet, likelihoods, density.CreateWorkspace());
        return likelihoods;
    }

    // False where a fold's training was cancelled or diverged: the flow itself is trained by then and is not given up for its p-values.
    private bool HeldOutLikelihoods(
        TrainingRows rows,
        ColumnPartition columns,
        FeatureMatrix matrix,
        Bijection[] preprocessing,
        float logDet,
        Recipe recipe,
        ValidationSplit split,
        int folds,
        float[] likelihoods)
    {
        // Rows are dealt out one by one, equal ones too: a fresh row of a value that many rows share would have been seen as well.
        int[] order = [.. Enumerable.Range(0, matrix.RowCount)];
        new RandomStream(_seed, 6).Shuffle<int>(order);
        var foldOf = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            foldOf[order[i]] = i % folds;
        for (int fold = 0; fold < folds; fold++)
        {
            int[] train = Array.FindAll(split.Train, row => foldOf[row] != fold);
            if (train.Length == 0)
                train = Array.FindAll(order, row => foldOf[row] != fold);
            var part = new ValidationSplit(train, Array.FindAll(split.Validation, row => foldOf[row] != fold));
            using PlanarFlowEngine engine = CreateEngine(recipe, matrix, rows.Weights, part);
            if (!Trained(new FlowTrainer(engine, part, Settings(recipe, part, logDet, progress: null), _host.Silent()), part))
                return false;
            FlowDensity without = Freeze(engine, columns, preprocessing);
            int[] left = [.. Enumerable.Range(0, foldOf.Length).Where(row => foldOf[row] == fold)];
            var held = new FeatureMatrix(matrix.Dimension);
            foreach (int row in left)
                matrix.Row(row).CopyTo(held.AddRow());
            var result = new float[left.Length];
            without.LogProbPreprocessed(held, preprocessing.Length, logDet, result, without.CreateWorkspace());
            for (int i = 0; i < left.Length; i++)
                likelihoods[left[i]] = result[i];
        }

        return true;
    }

    private bool Trained(FlowTrainer trainer, ValidationSplit part)
    {
        try
        {
            if (trainer.Run(part.Train.Length, 0).StopReason != TrainingStopReason.Cancelled)
                return true;
            _host.Warning("Cancelled while p-values were being calibrated: they rank rows among the training rows' own likelihoods.");
        }
        catch (InvalidOperationException fault)
        {
            _host.Warning($"P-values rank rows among the training rows' own likelihoods, because calibrating them failed: {fault.Message}");
        }

        return false;
    }

    private PlanarFlowEngine CreateEngine(Recipe recipe, FeatureMatrix matrix, float[] weights, ValidationSplit split) => new(
        matrix,
        weights,
        split.Train,
        recipe.Layers,
        recipe.Base.Create(matrix.Dimension, split.Train.Length),
        recipe.MaskColumns,
        _options.NumberOfThreads ?? Environment.ProcessorCount,
        _seed);

    private TrainerSettings Settings(Recipe recipe, ValidationSplit split, float logDet, IProgress<TrainingProgress>? progress)
    {
        int batchSize = Math.Min(_options.BatchSize, split.Train.Length);
        return new TrainerSettings
        {
            MaximumSteps = _options.MaximumEpochs is int epochs ? (int)Math.Min((long)epochs * (split.Train.Length / batchSize), 10_000_000) : recipe.Steps,
            BatchSize = batchSize,
            LearningRate = _options.LearningRate,
            InputNoise = recipe.InputNoise,
            TrimFraction = recipe.TrimFraction,
            Patience = _options.Patience,
            Seed = _seed,
            LogDetOfPreprocessing = logDet,
            Progress = progress,
            CancellationToken = _options.CancellationToken,
        };
    }

    private static FlowDensity Freeze(PlanarFlowEngine engine, ColumnPartition columns, Bijection[] preprocessing)
    {
        (Bijection[] bijections, Distribution baseDistribution) = engine.Freeze();
        return new FlowDensity(columns, [.. preprocessing, .. bijections], baseDistribution);
    }

    private static FlowDensity ConstantsOnly(ColumnPartition columns) => new(columns, [], new DiagonalNormal([], []));
}
