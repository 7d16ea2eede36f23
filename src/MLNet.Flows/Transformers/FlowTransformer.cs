using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Flows.Interop;
using MLNet.Flows.Model;
using MLNet.Flows.Persistence;
using MLNet.Flows.Transformers;

namespace MLNet.Flows;

/// <summary>A fitted flow: adds log-likelihood, score, p-value and alarm columns to rows. Thread-safe.</summary>
/// <remarks>
/// A row with a missing or infinite feature has no likelihood: LogLikelihood, Score and PValue are NaN and PredictedLabel is
/// true, so that it raises an alarm instead of vanishing. Every other row has finite values. Transform is lazy; where only these
/// columns are asked for, rows are read ahead and scored in blocks of 64, otherwise one by one, with the same bits.
/// </remarks>
public abstract partial class FlowTransformer : ITransformer
{
    private readonly string _modelSignature;
    private readonly string _loaderSignature;

    private protected FlowTransformer(
        IHostEnvironment environment, FlowModel model, string modelSignature, string loaderSignature)
    {
        Environment = environment;
        Model = model;
        (_modelSignature, _loaderSignature) = (modelSignature, loaderSignature);
    }

    /// <summary>The feature column that is read; null where all columns are categorical.</summary>
    public string? FeatureColumnName => Model.Columns.Features;

    /// <summary>The categorical columns that are read; none where there are none.</summary>
    public IReadOnlyList<string> CategoricalColumnNames => [.. (Model.Categories ?? []).Select(source => source.Name)];

    /// <summary>Features per row; 0 where all columns are categorical.</summary>
    public int FeatureCount => Model.Density.FeatureCount;

    /// <summary>The column of what rows are given, which is read; null where they are given nothing.</summary>
    public string? ContextColumnName => Model.Columns.Context;

    /// <summary>Values of the context per row; 0 where rows are given nothing.</summary>
    public int ContextCount => Model.Density.ContextColumns;

    /// <summary>The column of log p(x), in nats.</summary>
    public string LogLikelihoodColumnName => Model.Columns.LogLikelihood;

    /// <summary>The column of what rows are ranked by: -log p(x), or a consensus's score.</summary>
    public string ScoreColumnName => Model.Columns.Score;

    /// <summary>The column of the share of training rows at most this likely.</summary>
    public string PValueColumnName => Model.Columns.PValue;

    /// <summary>The column of the alarm.</summary>
    public string PredictedLabelColumnName => Model.Columns.PredictedLabel;

    /// <summary>The column of latent vectors; null where there is none.</summary>
    public string? LatentColumnName => Model.Columns.Latent;

    /// <summary>The column of feature contributions; null where there is none.</summary>
    public string? FeatureContributionsColumnName => Model.Columns.FeatureContributions;

    /// <summary>PredictedLabel is true where PValue is below this.</summary>
    public double FalseAlarmRate => Model.FalseAlarmRate;

    /// <summary>How the flow was trained, of a consensus its first member; saved with it.</summary>
    public TrainingHistory History => Model.History;

    bool ITransformer.IsRowToRowMapper => true;

    internal FlowModel Model { get; }

    private protected IHostEnvironment Environment { get; }

    /// <summary>The schema that Transform delivers.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The input's columns and the flow's.</returns>
    /// <exception cref="ArgumentException">The feature column is missing, of another type, or of another size than in
    /// training.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new FlowBindings(Model, inputSchema).OutputSchema;

    /// <summary>Adds the flow's columns, lazily.</summary>
    /// <remarks>A cursor reads up to 64 rows ahead, to score them as a block. Over a live source, where the next row may take
    /// long to come, score row by row with a PredictionEngine.</remarks>
    /// <param name="input">Rows with the feature column.</param>
    /// <returns>A view of the input's columns and the flow's.</returns>
    /// <exception cref="ArgumentException">The feature column is missing, of another type, or of another size than in
    /// training.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(input, new FlowBindings(Model, input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        new FlowRowMapper(new FlowBindings(Model, inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelStream.Save(
        ctx, _modelSignature, _loaderSignature, FlowModelFormat.Write(Model));

    internal static void CheckCount(long count, string name)
    {
        if (count < 1)
            throw new ArgumentOutOfRangeException(name, count, $"{name} is {count}, but it is at least 1.");
    }

    /// <exception cref="ArgumentException">A value is missing or infinite.</exception>
    internal static float[] CheckContext(float[] context) => Array.TrueForAll(context, float.IsFinite)
        ? context
        : throw new ArgumentException(
            $"A context is [{string.Join(", ", context)}], but a row can only be drawn given finite values. Leave such contexts "
            + "out, or fill them with mlContext.Transforms.ReplaceMissingValues.");

    /// <exception cref="ArgumentException">The flow needs a context.</exception>
    internal void RequireNoContext(string instead)
    {
        if (ContextCount > 0)
        {
            throw new ArgumentException(
                $"This flow is a density given the {ContextCount} values of column '{ContextColumnName}', but no context is "
                + $"given. Call {instead}.");
        }
    }

    /// <exception cref="ArgumentException">The flow has categorical columns.</exception>
    private void RequireNoCategories(string instead)
    {
        if (Model.Categories is not null)
        {
            throw new ArgumentException(
                $"This flow has the categorical columns '{string.Join("', '", CategoricalColumnNames)}', which arrays of numbers "
                + $"do not hold. Call {instead}.");
        }
    }

    /// <summary>The same flow with another false-alarm rate.</summary>
    internal FlowTransformer WithRate(double falseAlarmRate) => falseAlarmRate is >= 0 and <= 1
        ? With(Model with { FalseAlarmRate = falseAlarmRate })
        : throw new ArgumentOutOfRangeException(
            nameof(falseAlarmRate),
            falseAlarmRate,
            $"The false-alarm rate is {falseAlarmRate}, but it is in [0, 1]. Set 0.01 for one alarm in a hundred normal rows.");

    /// <summary>A transformer of this type with another model.</summary>
    internal FlowTransformer WithModel(FlowModel model) => With(model);

    /// <summary>Says something in the context's log.</summary>
    internal void Warn(string message) => new FlowHost(Environment, "Flow").Warning(message);

    /// <summary>A transformer of this type with another model.</summary>
    private protected abstract FlowTransformer With(FlowModel model);
}
