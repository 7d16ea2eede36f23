using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.Flows.Distributions;
using MLNet.Flows.Interop;
using MLNet.Flows.Persistence;
using MLNet.Flows.Training;

namespace MLNet.Flows.Transformers;

/// <summary>A fitted flow: adds log-likelihood, score, p-value and alarm columns to rows. Thread-safe.</summary>
/// <remarks>
/// A row with a missing or infinite feature has no likelihood: LogLikelihood, Score and PValue are NaN and PredictedLabel is true, so that
/// it raises an alarm instead of vanishing. Every other row has finite values. Transform is lazy; where only these columns are asked for, rows are
/// read ahead and scored in blocks of 64, otherwise one by one, with the same bits.
/// </remarks>
public abstract class FlowTransformer : ITransformer
{
    private readonly ConcurrentBag<FlowWorkspace> _workspaces = [];
    private readonly string _modelSignature;
    private readonly string _loaderSignature;

    private protected FlowTransformer(IHostEnvironment environment, FlowModel model, string modelSignature, string loaderSignature)
    {
        Environment = environment;
        Model = model;
        (_modelSignature, _loaderSignature) = (modelSignature, loaderSignature);
    }

    /// <summary>The feature column that is read.</summary>
    public string FeatureColumnName => Model.Columns.Features;

    /// <summary>Features per row.</summary>
    public int FeatureCount => Model.Density.FeatureCount;

    /// <summary>The column of log p(x), in nats.</summary>
    public string LogLikelihoodColumnName => Model.Columns.LogLikelihood;

    /// <summary>The column of -log p(x).</summary>
    public string ScoreColumnName => Model.Columns.Score;

    /// <summary>The column of the share of training rows at most this likely.</summary>
    public string PValueColumnName => Model.Columns.PValue;

    /// <summary>The column of the alarm.</summary>
    public string PredictedLabelColumnName => Model.Columns.PredictedLabel;

    /// <summary>PredictedLabel is true where PValue is below this.</summary>
    public double FalseAlarmRate => Model.FalseAlarmRate;

    /// <summary>How the flow was trained; saved with it.</summary>
    public TrainingHistory History => Model.History;

    bool ITransformer.IsRowToRowMapper => true;

    internal FlowModel Model { get; }

    private protected IHostEnvironment Environment { get; }

    /// <summary>Scores an array of rows, without ML.NET's views.</summary>
    /// <param name="rows">[n, FeatureCount], row-major, in original units.</param>
    /// <param name="result">[n]; receives log p(x) in nats, NaN for a row with a missing or infinite feature.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public void LogLikelihood(ReadOnlySpan<float> rows, Span<float> result)
    {
        if (rows.Length != (long)result.Length * FeatureCount)
        {
            throw new ArgumentException(
                $"There are {rows.Length} values for {result.Length} results, but {FeatureCount} features a row make {(long)result.Length * FeatureCount}. Pass whole rows and one result each.");
        }

        if (!_workspaces.TryTake(out FlowWorkspace? workspace))
            workspace = Model.Density.CreateWorkspace();
        if (result.Length == 1)
            result[0] = Model.Density.LogProb(rows, workspace);
        else
            Model.Density.LogProb(rows, result, workspace);
        _workspaces.Add(workspace);
    }

    /// <summary>The schema that Transform delivers.</summary>
    /// <param name="inputSchema">The schema of the input.</param>
    /// <returns>The input's columns and the four of the flow.</returns>
    /// <exception cref="ArgumentException">The feature column is missing, of another type, or of another size than in training.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new FlowBindings(Model, inputSchema).OutputSchema;

    /// <summary>Adds the flow's columns, lazily.</summary>
    /// <param name="input">Rows with the feature column.</param>
    /// <returns>A view of the input's columns and the four of the flow.</returns>
    /// <exception cref="ArgumentException">The feature column is missing, of another type, or of another size than in training.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(input, new FlowBindings(Model, input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new FlowRowMapper(new FlowBindings(Model, inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelStream.Save(ctx, _modelSignature, _loaderSignature, FlowModelFormat.Write(Model));

    internal FlowTransformer WithRate(double falseAlarmRate) => ChangeFalseAlarmRate(falseAlarmRate);

    private protected abstract FlowTransformer ChangeFalseAlarmRate(double falseAlarmRate);

    private protected FlowModel ModelWith(double falseAlarmRate) => falseAlarmRate is >= 0 and <= 1
        ? Model with { FalseAlarmRate = falseAlarmRate }
        : throw new ArgumentOutOfRangeException(nameof(falseAlarmRate), falseAlarmRate, $"The false-alarm rate is {falseAlarmRate}, but it is in [0, 1]. Say 0.01 for one alarm in a hundred normal rows.");
}
